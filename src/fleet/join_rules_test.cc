#include "fleet/join_rules.h"

#include <gtest/gtest.h>

#include <limits>

namespace antiphon::fleet {
namespace {

wire::Join join_of(const std::string& id, std::uint64_t incarnation, bool returning = false) {
  return {.id = id, .incarnation = incarnation, .returning = returning, .voices = {"tone"}, .identities = {"known"}};
}

std::optional<wire::Refusal> refusal(const wire::Join& join, const std::vector<Member>& members, std::size_t most = 2,
                                     const std::vector<const Voice*>& served = {}) {
  const auto refused = refusal_of(join, members, most, served);
  return refused ? std::optional(static_cast<wire::Refusal>(refused->code)) : std::nullopt;
}

TEST(JoinRulesTest, ThereAreNoMoreThanMayBeButOneMayTakeItsPredecessorsPlace) {
  const std::vector<Member> full = {{.id = "a", .incarnation = 1}, {.id = "b", .incarnation = 1}};
  EXPECT_EQ(refusal(join_of("c", 1), full), wire::Refusal::kFull);
  EXPECT_EQ(refusal(join_of("a", 2), full), std::nullopt);
  auto leaving = full;
  leaving.front().given_up = true;
  EXPECT_EQ(refusal(join_of("a", 2), leaving), wire::Refusal::kFull) << "its place is free already";
  const std::vector<Member> crowd = {full[0], full[1], full[0], full[1]};
  EXPECT_EQ(refusal(join_of("a", 2), crowd), wire::Refusal::kFull) << "however many are on their way out";
}

TEST(JoinRulesTest, AnOlderWorkerThatReturnsFindsItsPlaceTaken) {
  const std::vector<Member> members = {{.id = "a", .incarnation = 5}};
  EXPECT_EQ(refusal(join_of("a", 4, true), members), wire::Refusal::kSuperseded);
  EXPECT_EQ(refusal(join_of("a", 5, true), members), std::nullopt);
  EXPECT_EQ(refusal(join_of("a", 4), members), std::nullopt) << "a clock was set back";
  EXPECT_EQ(incarnation_of(join_of("a", 4), members), 6U);
  EXPECT_EQ(incarnation_of(join_of("a", 9), members), 9U);
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(incarnation_of(join_of("a", 4), std::vector<Member>{{.id = "a", .incarnation = kMost}}), kMost);
}

TEST(JoinRulesTest, AWorkerNeedsTheVoicesThatAreServedAndTheSameOnes) {
  const Voice same{.id = "tone", .folder = "/voices/tone", .identity = "known"};
  const Voice unknown{.id = "tone", .folder = "/voices/tone"};
  const Voice another{.id = "tone", .folder = "/voices/tone", .identity = "another"};
  const Voice missing{.id = "bell", .folder = "/voices/bell"};
  EXPECT_EQ(refusal(join_of("a", 1), {}, 2, {&same, &unknown}), std::nullopt);
  EXPECT_EQ(refusal(join_of("a", 1), {}, 2, {&same, &another}), wire::Refusal::kVoices);
  EXPECT_EQ(refusal(join_of("a", 1), {}, 2, {&missing}), wire::Refusal::kVoices);
}

}  // namespace
}  // namespace antiphon::fleet
