#include "bench/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace antiphon::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr base::SampleRate kRate{1'000};
constexpr base::TimePoint kStart{10s};

TEST(ListenerTest, AudioInTimeHasNoGap) {
  Listener listener(kRate, kStart);
  listener.receive({500}, kStart + 200ms);
  listener.receive({500}, kStart + 700ms);
  const auto hearing = listener.hearing();
  EXPECT_EQ(hearing.first_audio, 200ms);
  EXPECT_EQ(hearing.worst_gap, 0ms);
  EXPECT_EQ(hearing.audio, 1s);
  EXPECT_EQ(listener.plays_until(), kStart + 1'200ms);
}

TEST(ListenerTest, LateAudioIsAGapAndPlaybackGoesOnFromThere) {
  Listener listener(kRate, kStart);
  listener.receive({100}, kStart + 100ms);  // Plays until 200.
  listener.receive({100}, kStart + 230ms);  // A gap of 30; plays until 330.
  listener.receive({100}, kStart + 330ms);
  listener.receive({100}, kStart + 500ms);  // A gap of 70.
  const auto hearing = listener.hearing();
  EXPECT_EQ(hearing.worst_gap, 70ms);
  EXPECT_EQ(hearing.total_stall, 100ms);
  EXPECT_EQ(listener.plays_until(), kStart + 600ms);
}

TEST(ListenerTest, TheJitterOfPacedAudioIsHowUnevenlyItsStepsComeBehindTheLead) {
  Listener listener(kRate, kStart, 200ms);
  listener.receive({200}, kStart + 100ms);  // The lead.
  listener.receive({100}, kStart + 100ms);  // The first step begins.
  listener.receive({300}, kStart + 330ms);
  listener.receive({100}, kStart + 530ms);  // The second, 430 later.
  listener.receive({400}, kStart + 790ms);  // The third within it, 260 later.
  constexpr float kFirst = 0.03F / 16;
  constexpr float kSecond = kFirst + ((0.14F - kFirst) / 16);
  EXPECT_THAT(listener.hearing().jitters,
              testing::ElementsAre(testing::FloatNear(kFirst, 1e-6F), testing::FloatNear(kSecond, 1e-6F)));
  EXPECT_TRUE(listener.hearing().gaps.empty());
}

TEST(ListenerTest, NoSamplesAreNotAudio) {
  Listener listener(kRate, kStart);
  listener.receive({0}, kStart + 1s);
  EXPECT_FALSE(listener.heard_anything());
  listener.receive({1}, kStart + 2s);
  EXPECT_EQ(listener.hearing().first_audio, 2s);
}

TEST(TextsTest, MixesDifferInLengthAndRepeatBySeed) {
  std::mt19937_64 one(3);
  std::mt19937_64 two(3);
  std::set<std::string> texts;
  for (int i = 0; i < 20; ++i) {
    const auto brief = make_text(TextMix::kShort, one);
    const auto whole = make_text(TextMix::kLong, one);
    EXPECT_LT(brief.size(), 30U);
    EXPECT_GT(whole.size(), 150U);
    texts.insert(whole);
    EXPECT_EQ(make_text(TextMix::kShort, two), brief);
    EXPECT_EQ(make_text(TextMix::kLong, two), whole);
  }
  EXPECT_GT(texts.size(), 15U);
}

Sample sample(Ending ending, base::Duration first_audio, base::Duration gap, const std::string& user = "a") {
  Sample made{.group = "listeners", .user = user};
  made.outcome.ending = ending;
  if (ending == Ending::kComplete) {
    made.outcome.hearing = {.first_audio = first_audio, .worst_gap = gap, .total_stall = gap, .audio = 2s};
  }
  return made;
}

TEST(ReportTest, GoodIsPromptGaplessAndComplete) {
  EXPECT_TRUE(is_good(sample(Ending::kComplete, 1s, 50ms)));
  EXPECT_FALSE(is_good(sample(Ending::kComplete, 1'001ms, 0ms)));
  EXPECT_FALSE(is_good(sample(Ending::kComplete, 100ms, 51ms)));
  EXPECT_FALSE(is_good(sample(Ending::kRefused, 0ms, 0ms)));
  auto late = sample(Ending::kComplete, 500ms, 0ms);
  late.waited = 600ms;  // Its first audio counts from the first attempt.
  EXPECT_FALSE(is_good(late));
}

TEST(ReportTest, RefusalsCountAgainstAllButNotAgainstTheAdmitted) {
  const std::vector samples{sample(Ending::kComplete, 100ms, 0ms), sample(Ending::kComplete, 300ms, 120ms),
                            sample(Ending::kRefused, 0ms, 0ms), sample(Ending::kLeft, 0ms, 0ms)};
  const auto summary = summarise(samples, 4);
  EXPECT_EQ(summary.requests, 4U);
  EXPECT_EQ(summary.left, 1U);
  EXPECT_DOUBLE_EQ(summary.good_share, 1.0 / 3);
  EXPECT_DOUBLE_EQ(summary.good_share_admitted, 0.5);
  EXPECT_DOUBLE_EQ(summary.c50, 0.5);
  EXPECT_DOUBLE_EQ(summary.c200, 1);
  EXPECT_DOUBLE_EQ(summary.first_audio_p50_s, 0.1);
  EXPECT_DOUBLE_EQ(summary.worst_gap_s, 0.12);
  EXPECT_DOUBLE_EQ(summary.audio_s_per_s, 1);
}

TEST(ReportTest, FairnessIsOverUsers) {
  std::vector<Sample> samples;
  for (int i = 0; i < 4; ++i) samples.push_back(sample(Ending::kComplete, 0ms, 0ms, "a"));
  for (int i = 0; i < 4; ++i) samples.push_back(sample(Ending::kRefused, 0ms, 0ms, "b"));
  const auto unfair = make_report("", samples, 1, {});
  EXPECT_DOUBLE_EQ(unfair.jain, 0.5);
  EXPECT_DOUBLE_EQ(unfair.worst_user_acceptance, 0);
  for (auto& s : samples) s.user = "a";
  EXPECT_DOUBLE_EQ(make_report("", samples, 1, {}).jain, 1);
}

TEST(ReportTest, SaysWhenTheClientWasTheBottleneck) {
  const auto well = make_report("load", {}, 1, {.lateness_p99_s = 0.001});
  const auto badly = make_report("load", {}, 1, {.lateness_p99_s = 0.5});
  EXPECT_THAT(to_table(badly), HasSubstr("BOTTLENECK"));
  EXPECT_THAT(to_table(well), testing::Not(HasSubstr("BOTTLENECK")));
  EXPECT_TRUE(nlohmann::json::parse(to_json(badly))["client"]["was_bottleneck"].get<bool>());
}

TEST(ReportTest, CountsGapsByLengthAndFaultsByReason) {
  auto gappy = sample(Ending::kComplete, 0ms, 150ms);
  gappy.outcome.hearing.gaps = {0.005F, 0.15F, 3.0F};
  gappy.outcome.hearing.jitters = {0.25F};
  auto failed = sample(Ending::kFailed, 0ms, 0ms);
  failed.outcome.fault = "status 404";
  const auto report = make_report("load", {gappy, failed, failed}, 1, {});
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["gaps"][0], (nlohmann::json{0.01, 1}));
  EXPECT_EQ(json["gaps"][4], (nlohmann::json{0.2, 1}));
  EXPECT_EQ(json["gaps"][7], (nlohmann::json{nullptr, 1}));
  EXPECT_EQ(json["faults"], (nlohmann::json{{"status 404", 2}}));
  EXPECT_EQ(json["requests"]["rows"].size(), 3U);
  EXPECT_EQ(json["all"]["jitter_s"]["p99"], 0.25);
  EXPECT_THAT(to_table(report), HasSubstr("failed 2 times: status 404"));
}

TEST(ReportTest, QuantilesAreOfTheNearestRank) {
  EXPECT_EQ(quantile({}, 0.5), 0);
  EXPECT_EQ(quantile({3, 1, 2, 4}, 0.5), 2);
  EXPECT_EQ(quantile({3, 1, 2, 4}, 1), 4);
  EXPECT_EQ(quantile({3, 1, 2, 4}, 0), 1);
}

TEST(DescribeTest, NamesTheLoad) {
  EXPECT_EQ(describe({.listeners = 8, .leaving = 0.25}), "closed loop of 8 listeners, mixed texts, 25 % leave");
}

}  // namespace
}  // namespace antiphon::bench
