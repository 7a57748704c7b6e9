#include "worker_pool/task_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;

constexpr base::WorkerId kWorker{1};

/// One worker whose process stands still, so that whatever it is at is late in time.
class TaskQueueTest : public testing::Test {
 protected:
  TaskQueueTest() { queue_.reset(kWorker); }

  void add(std::uint64_t number, base::Duration wall_p95) {
    queue_.add({.number = number, .work = {.wall_p95 = wall_p95}}, 0s, now_);
  }
  /// Whether it is found to be at fault within that time.
  bool stalls_within(base::Duration time) {
    for (const auto end = now_ + time; now_ < end;) {
      now_ += StallDetector::kInterval;
      const std::vector<StallDetector::Reading> readings = {{.worker = kWorker}};
      if (!judge_.judge(readings, now_).empty()) return true;
    }
    return false;
  }

  StallDetector judge_{StallOptions{}};
  TaskQueue queue_{judge_};
  base::TimePoint now_ = base::TimePoint{} + 1h;
};

TEST_F(TaskQueueTest, WhatIsPutBeforeTheFirstIsWhatTheWorkerIsAt) {
  add(1, 100ms);
  queue_.add_before(1, {.number = 2, .work = {.task = StallDetector::Task::kLoad}}, 0s, now_);
  queue_.add_before(7, {.number = 3}, 0s, now_);
  EXPECT_EQ(queue_.first(), 2U);
  EXPECT_FALSE(stalls_within(900ms)) << "a load may take longer";
  queue_.ended(2, 0s, now_);
  EXPECT_EQ(queue_.first(), 1U);
  EXPECT_TRUE(stalls_within(300ms));
  queue_.ended(1, 0s, now_);
  EXPECT_EQ(queue_.first(), 3U);
}

TEST_F(TaskQueueTest, TheFirstIsWhatTheWorkerIsAtUntilItEnds) {
  add(1, 500ms);
  add(2, 100ms);
  EXPECT_EQ(queue_.first(), 1U);
  EXPECT_FALSE(stalls_within(900ms)) << "the first may take a second";
  queue_.ended(1, 0s, now_);
  EXPECT_EQ(queue_.first(), 2U);
  EXPECT_FALSE(stalls_within(175ms));
  EXPECT_TRUE(stalls_within(100ms)) << "the second may not";
}

TEST_F(TaskQueueTest, WhatTheWorkerSaysItBeginsCountsFromThen) {
  add(1, 100ms);
  add(2, 100ms);
  EXPECT_FALSE(stalls_within(150ms));
  queue_.started(2, 0s, now_);
  EXPECT_FALSE(stalls_within(175ms));
  queue_.started(3, 0s, now_);
  queue_.ended(3, 0s, now_);
  EXPECT_TRUE(stalls_within(100ms)) << "a number that is not there gives it no more time";
}

TEST_F(TaskQueueTest, NothingIsExpectedOfWhoHasNothingToDo) {
  add(1, 100ms);
  queue_.ended(1, 0s, now_);
  EXPECT_TRUE(queue_.empty());
  EXPECT_TRUE(judge_.idle());
  add(2, 100ms);
  queue_.clear();
  EXPECT_TRUE(judge_.idle());
  EXPECT_EQ(queue_.first(), 0U);
}

TEST_F(TaskQueueTest, AnotherProcessInItsPlaceHasNothingToDo) {
  add(1, 100ms);
  queue_.reset(base::WorkerId{2});
  EXPECT_TRUE(queue_.empty());
  EXPECT_FALSE(stalls_within(1s));
}

TEST_F(TaskQueueTest, TellsJobsFromLoadings) {
  queue_.add({.number = 1, .work = {.task = StallDetector::Task::kLoad}}, 0s, now_);
  queue_.add({.number = 2, .work = {}, .rate = {22'050}}, 0s, now_);
  EXPECT_EQ(queue_.size(), 2U);
  EXPECT_EQ(queue_.jobs(), 1U);
  ASSERT_NE(queue_.find(2), nullptr);
  EXPECT_EQ(queue_.find(2)->rate.hz, 22'050U);
  EXPECT_EQ(queue_.find(3), nullptr);
}

}  // namespace
}  // namespace antiphon::worker_pool
