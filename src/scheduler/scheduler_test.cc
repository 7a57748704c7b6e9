// The course of streams on one worker.
#include "scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "scheduler/test_scheduler.h"

namespace antiphon::scheduler {
namespace {

using base::Duration;
using base::StreamId;

TEST_F(SchedulerTest, AStreamIsPlannedThenRenderedInOrderAndEndsOnce) {
  scheduler_.add_stream(stream(7), at(0s));
  const auto plan_job = only_dispatch(at(0s));
  EXPECT_EQ(plan_job.kind, JobKind::kPlan);
  EXPECT_TRUE(scheduler_.poll(at(0s)).empty()) << "one job at a time";
  plan(plan_job, false, at(10ms));

  std::uint32_t next = 0;
  while (next < 5) {
    const auto job = only_dispatch(at(20ms));
    EXPECT_EQ(job.kind, JobKind::kRender);
    EXPECT_EQ(job.first_grain, next);
    next += job.grains;
    render(job, at(20ms));
  }
  EXPECT_EQ(next, 5U);
  const auto actions = scheduler_.poll(at(30ms));
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(std::get<StreamDone>(actions.front()).stream, StreamId{7});
  EXPECT_EQ(scheduler_.streams(), 0U);
}

TEST_F(SchedulerTest, TheFirstChunkHoldsTheCushion) {
  scheduler_.add_stream(stream(1), at(0s));
  plan(only_dispatch(at(0s)), false, at(0s));
  EXPECT_EQ(only_dispatch(at(0s)).grains, 2U) << "0.3 s of startup_buffer at one worker are two grains of 0.2 s";
}

TEST_F(SchedulerTest, AListenerAboutToRunDryGoesFirstAndOneFarAheadGoesLast) {
  // Stream 1 is rendered 2 s ahead, stream 2 only 0.4 s; then a newcomer arrives.
  for (const std::uint64_t id : {1U, 2U}) scheduler_.add_stream(stream(id, id), at(0s));
  std::map<StreamId, int> turns;
  std::vector<StreamId> order;
  auto job = only_dispatch(at(0s));
  bool newcomer = false;
  while (order.size() < 6) {
    if (job.kind == JobKind::kPlan) {
      plan(job, true, at(0s));
    } else {
      if (newcomer) order.push_back(job.stream);
      ++turns[job.stream];
      render(job, at(0s));
    }
    if (!newcomer && turns[StreamId{1}] >= 1 && turns[StreamId{2}] >= 1) {
      newcomer = true;
      scheduler_.add_stream(stream(3, 3), at(0s));
    }
    job = only_dispatch(at(0s));
  }
  // Both hold 0.4 s, so they are due at 0.15 s; the newcomer at 0.5 s; afterwards all three alternate.
  EXPECT_NE(order[0], StreamId{3});
  EXPECT_THAT(order, testing::Contains(StreamId{3}));
}

TEST_F(SchedulerTest, ABurstOfOneUserInterleavesWithAnotherUsersStart) {
  for (std::uint64_t id = 1; id <= 8; ++id) scheduler_.add_stream(stream(id, 1), at(0s));
  scheduler_.add_stream(stream(9, 2), at(1ms));
  std::vector<StreamId> starts;
  for (int i = 0; i < 40 && starts.size() < 4; ++i) {
    const auto job = only_dispatch(at(2ms));
    if (job.kind == JobKind::kPlan) {
      plan(job, false, at(2ms));
    } else {
      if (!scheduler_.playback(job.stream)->started()) starts.push_back(job.stream);
      render(job, at(2ms));
    }
  }
  const auto place = std::ranges::find(starts, StreamId{9}) - starts.begin();
  EXPECT_LE(place, 1) << "at most one start of the burst goes before the other user's";
}

TEST_F(SchedulerTest, ACancelledStreamStopsAtTheNextGrainAndGivesItsWorkerBack) {
  scheduler_.add_stream(stream(1), at(0s));
  plan(only_dispatch(at(0s)), true, at(0s));
  const auto job = only_dispatch(at(0s));
  scheduler_.cancel_stream(StreamId{1}, at(1ms));
  const auto actions = scheduler_.poll(at(1ms));
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(std::get<CancelJob>(actions[0]).job, job.job);
  scheduler_.add_stream(stream(2), at(2ms));
  EXPECT_TRUE(scheduler_.poll(at(2ms)).empty()) << "the worker is busy until it says that it stopped";
  scheduler_.grain_rendered(job.job, 20ms, at(3ms));
  scheduler_.render_ended(job.job, at(3ms));
  EXPECT_EQ(only_dispatch(at(3ms)).stream, StreamId{2});
}

TEST_F(SchedulerTest, APlanThatIsTakenBackIsNotCancelledAndFreesItsWorker) {
  scheduler_.add_stream(stream(1), at(0s));
  const auto job = only_dispatch(at(0s));
  scheduler_.plan_again(job.job);
  scheduler_.cancel_stream(StreamId{1}, at(0s));
  EXPECT_TRUE(scheduler_.poll(at(0s)).empty()) << "no CancelJob";
  EXPECT_EQ(scheduler_.jobs_in_flight(), 0U);
  scheduler_.add_stream(stream(2), at(1ms));
  EXPECT_EQ(only_dispatch(at(1ms)).stream, StreamId{2});
}

TEST_F(SchedulerTest, ABlockedStreamGetsNoJobsUntilUnblocked) {
  scheduler_.add_stream(stream(1), at(0s));
  plan(only_dispatch(at(0s)), true, at(0s));
  const auto job = only_dispatch(at(0s));
  scheduler_.block_stream(StreamId{1});
  render(job, at(1ms));
  EXPECT_TRUE(scheduler_.poll(at(2ms)).empty());
  scheduler_.unblock_stream(StreamId{1}, 0s, at(3ms));
  EXPECT_EQ(only_dispatch(at(3ms)).stream, StreamId{1});
}

TEST_F(SchedulerTest, ABlockedStreamIsPromisedNothingAndItsListenersWaitIsNoStall) {
  scheduler_.add_stream(stream(1), at(0s));
  plan(only_dispatch(at(0s)), true, at(0s));
  const auto job = only_dispatch(at(0s));
  EXPECT_FALSE(scheduler_.demand().of(scheduler_.stream_table(), at(0s)).empty());
  scheduler_.block_stream(StreamId{1});
  render(job, at(1ms));
  EXPECT_TRUE(scheduler_.demand().of(scheduler_.stream_table(), at(60s)).empty());
  EXPECT_TRUE(scheduler_.poll(at(60s)).empty());
  scheduler_.unblock_stream(StreamId{1}, 2s, at(60s));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->underrun_at(), at(62s));
  EXPECT_FALSE(scheduler_.demand().of(scheduler_.stream_table(), at(60s)).empty());
  render(only_dispatch(at(61s)), at(61s));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->total_stall(), 0s);
}

TEST_F(SchedulerTest, TheNextSegmentIsPlannedBeforeTheCurrentOneRunsOut) {
  scheduler_.add_stream(stream(1), at(0s));
  plan(only_dispatch(at(0s)), true, at(0s));
  for (Duration left = 1s; left > 300ms;) {
    const auto job = only_dispatch(at(0s));
    ASSERT_EQ(job.kind, JobKind::kRender);
    left -= job.grains * 200ms;
    render(job, at(0s));
  }
  EXPECT_EQ(only_dispatch(at(0s)).kind, JobKind::kPlan);
}

}  // namespace
}  // namespace antiphon::scheduler
