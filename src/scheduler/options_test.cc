#include "scheduler/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;

TEST(Policies, HaveNamesThatParse) {
  for (const auto policy : {Policy::kFifo, Policy::kRoundRobin, Policy::kArrival, Policy::kEdf, Policy::kFair}) {
    EXPECT_EQ(parse_policy(policy_name(policy)), policy);
  }
  EXPECT_EQ(parse_policy("best"), std::nullopt);
}

TEST(SchedulerOptions, OutOfRangeValuesAreNamed) {
  EXPECT_TRUE(Options{}.validate().has_value());
  EXPECT_THAT((Options{.utilisation = 1.5}.validate().error()), testing::HasSubstr("utilisation"));
  EXPECT_THAT((Options{.longest_job = 0s}.validate().error()), testing::HasSubstr("longest_job"));
}

TEST(Placement, NamesAreRead) {
  for (const auto placement : {Placement::kAffinity, Placement::kLeastLoaded, Placement::kRoundRobin}) {
    EXPECT_EQ(parse_placement(placement_name(placement)), placement);
  }
  EXPECT_EQ(parse_placement("random"), std::nullopt);
  EXPECT_FALSE((Options{.queue_depth = 0}).validate());
  EXPECT_FALSE((Options{.queue_depth = 6}).validate());
}

}  // namespace
}  // namespace antiphon::scheduler
