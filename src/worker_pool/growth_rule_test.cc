#include "worker_pool/growth_rule.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;
using Step = GrowthRule::Step;

base::TimePoint at(base::Duration time) { return base::TimePoint{} + 1h + time; }

const Options kOneToFour{.least = 1, .most = 4};

TEST(GrowthRule, GrowsWhenANewcomerWouldHaveWaitedTooLongForASecond) {
  GrowthRule rule;
  const Sample slow{.load = 0.9, .start_wait = 501ms};
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 1, at(0ms)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 1, at(999ms)).step, Step::kHold);
  const auto advice = rule.update(kOneToFour, slow, 1, 1, at(1000ms));
  EXPECT_EQ(advice.step, Step::kGrow);
  EXPECT_EQ(advice.cause, Cause::kStartWait);
}

TEST(GrowthRule, AShortWaitInBetweenBeginsTheSecondAnew) {
  GrowthRule rule;
  const Sample slow{.start_wait = 2s};
  const Sample quick{.start_wait = 500ms};
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 1, at(0ms)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, quick, 1, 1, at(900ms)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 1, at(1000ms)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 1, at(1999ms)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 1, at(2000ms)).step, Step::kGrow);
}

TEST(GrowthRule, ARefusalAndACallForTheSpareGrowAtOnceAndOnce) {
  const std::array events = {std::pair(Sample{.refusals = 3}, Cause::kRefused),
                             std::pair(Sample{.spare_requests = 1}, Cause::kNoRoom)};
  for (const auto& [sample, cause] : events) {
    GrowthRule rule;
    const auto advice = rule.update(kOneToFour, sample, 1, 1, at(0ms));
    EXPECT_EQ(advice.step, Step::kGrow);
    EXPECT_EQ(advice.cause, cause);
    EXPECT_EQ(rule.update(kOneToFour, sample, 2, 2, at(100ms)).step, Step::kHold);
  }
}

TEST(GrowthRule, WhileTheLastStepIsNotTakenNothingIsAdvised) {
  GrowthRule rule;
  const Sample slow{.start_wait = 2s, .refusals = 1};
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 2, at(0s)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, slow, 1, 2, at(10s)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, slow, 2, 2, at(11s)).step, Step::kHold) << "its refusal is old";
  EXPECT_EQ(rule.update(kOneToFour, slow, 2, 2, at(12s)).step, Step::kGrow) << "but who waits still waits";
}

TEST(GrowthRule, NeverBeyondTheMost) {
  GrowthRule rule;
  for (auto time = 0s; time < 60s; ++time) {
    const Sample full{.load = 3, .start_wait = 10s, .refusals = static_cast<std::uint64_t>(time.count())};
    EXPECT_EQ(rule.update(kOneToFour, full, 4, 4, at(time)).step, Step::kHold);
  }
}

TEST(GrowthRule, ShrinksAfterAMinuteInWhichOneLessWouldDo) {
  GrowthRule rule;
  const Sample calm{.load = 0.45};  // of four; 0.6 of three
  EXPECT_EQ(rule.update(kOneToFour, calm, 4, 4, at(0s)).step, Step::kHold);
  EXPECT_EQ(rule.update(kOneToFour, calm, 4, 4, at(59s)).step, Step::kHold);
  const auto advice = rule.update(kOneToFour, calm, 4, 4, at(60s));
  EXPECT_EQ(advice.step, Step::kShrink);
  EXPECT_EQ(advice.cause, Cause::kLittleLoad);
  EXPECT_EQ(rule.update(kOneToFour, {.load = 0.41}, 3, 3, at(61s)).step, Step::kHold) << "0.615 of two";
  EXPECT_EQ(rule.update(kOneToFour, {.load = 0.41}, 3, 3, at(200s)).step, Step::kHold);
}

TEST(GrowthRule, NeverBelowTheLeast) {
  GrowthRule rule;
  const Options two{.least = 2, .most = 4};
  for (auto time = 0s; time < 200s; ++time) EXPECT_EQ(rule.update(two, {}, 2, 2, at(time)).step, Step::kHold);
}

TEST(GrowthRule, WithoutAWorkerNothingIsKnown) {
  GrowthRule rule;
  const Sample full{.load = 100, .start_wait = 120s};
  for (auto time = 0s; time < 10s; ++time) EXPECT_EQ(rule.update(kOneToFour, full, 0, 0, at(time)).step, Step::kHold);
}

TEST(GrowthRule, WorkersElsewhereTakeOverWhatOneLessLeaves) {
  const auto shrinks = [](std::uint32_t others) {
    GrowthRule rule;
    base::TimePoint now{};
    for (int i = 0; i < 700; ++i, now += 100ms) {
      // Of two here at 0.5 the other one would carry all; with two more elsewhere three would share it.
      const auto advice = rule.update(kOneToFour, {.load = 0.45, .others = others}, 2, 2, now);
      if (advice.step == GrowthRule::Step::kShrink) return true;
    }
    return false;
  };
  EXPECT_FALSE(shrinks(0));
  EXPECT_TRUE(shrinks(2));
}

}  // namespace
}  // namespace antiphon::worker_pool
