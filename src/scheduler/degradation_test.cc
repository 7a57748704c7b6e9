#include "scheduler/degradation.h"

#include <gtest/gtest.h>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

base::TimePoint at(base::Duration d) { return base::TimePoint{1h} + d; }

TEST(DegradationController, ClimbsAtOnceWithTheDemand) {
  const Options options;
  DegradationController ladder;
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(0s)), std::nullopt);
  EXPECT_EQ(ladder.update(options, {.demand = 0.75}, at(1s)), Degradation::kNoPrefetch);
  EXPECT_EQ(ladder.update(options, {.demand = 0.9}, at(2s)), Degradation::kCheaperVoices);
  ladder.refused(at(2s));
  EXPECT_EQ(ladder.update(options, {.demand = 0.9}, at(2100ms)), Degradation::kRefusing);
  EXPECT_EQ(ladder.steps_up(), 3U);
}

TEST(DegradationController, DescendsAStepASecondAndOnlyWhenItLasts) {
  const Options options;
  DegradationController ladder;
  ladder.refused(at(0s));
  EXPECT_EQ(ladder.update(options, {.demand = 0.9}, at(0s)), Degradation::kRefusing);
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(1s)), std::nullopt);
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(1900ms)), std::nullopt);
  ladder.refused(at(1900ms));
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(2s)), std::nullopt) << "a refusal begins it anew";
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(3s)), std::nullopt);
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(4s)), Degradation::kCheaperVoices);
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(5s)), Degradation::kNoPrefetch);
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(6s)), Degradation::kNone);
  EXPECT_EQ(ladder.update(options, {.demand = 0.5}, at(60s)), std::nullopt);
  EXPECT_EQ(ladder.steps_down(), 3U);
}

TEST(DegradationController, ShedsOnlyAfterLastingLateness) {
  const Options options;
  DegradationController ladder;
  EXPECT_EQ(ladder.update(options, {.lateness = 3s}, at(0s)), std::nullopt);
  EXPECT_EQ(ladder.update(options, {.lateness = 1s}, at(1s)), std::nullopt) << "it caught up";
  EXPECT_EQ(ladder.update(options, {.lateness = 3s}, at(2s)), std::nullopt);
  EXPECT_EQ(ladder.update(options, {.lateness = 4s}, at(4s)), std::nullopt);
  EXPECT_EQ(ladder.update(options, {.lateness = 4s}, at(4100ms)), Degradation::kShedding);
}

TEST(DegradationController, LevelsHaveNames) {
  EXPECT_EQ(degradation_name(Degradation::kNone), "none");
  EXPECT_EQ(degradation_name(Degradation::kShedding), "shedding");
}

}  // namespace
}  // namespace antiphon::scheduler
