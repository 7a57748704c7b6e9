#include <gtest/gtest.h>

#include "scheduler/test_scheduler.h"

// Workers that do several render jobs at once, in the time of one.

namespace antiphon::scheduler {
namespace {

using base::StreamId;
using base::UserId;
using base::WorkerId;

constexpr VoiceId kVoice{1};

class PlacesTest : public testing::Test {
 protected:
  void stream(std::uint64_t id) {
    scheduler_.add_stream({.id = StreamId{id}, .user = UserId{id}, .voice = kVoice, .expected = 4s}, at(0s));
  }
  std::vector<Dispatch> dispatched(base::Duration now) { return dispatches(scheduler_.poll(at(now))); }
  void plan(const Dispatch& job, base::Duration now) {
    const std::vector<base::Duration> grains(20, 200ms);
    scheduler_.planned(job.job, {.grains = grains, .took = 10ms}, at(now));
  }

  Scheduler scheduler_{Options{}};
};

TEST_F(PlacesTest, HoweverManyItIsOneWorkerAsFarAsPromisesGo) {
  Scheduler one(Options{});
  one.add_worker(WorkerId{1});
  scheduler_.add_worker(WorkerId{1}, 4, {}, 4);
  EXPECT_EQ(scheduler_.workers(), 1U);
  EXPECT_EQ(scheduler_.places(), 4U);
  EXPECT_EQ(scheduler_.demand().supply(at(0s)).rate, one.demand().supply(at(0s)).rate);
  EXPECT_EQ(scheduler_.demand().supply(at(0s)).reserve, one.demand().supply(at(0s)).reserve);
  EXPECT_EQ(scheduler_.costs().start_cost(kVoice), one.costs().start_cost(kVoice));
  scheduler_.add_worker(WorkerId{2}, 3, {}, 2);
  EXPECT_EQ(scheduler_.places(), 6U);
  scheduler_.retire_worker(WorkerId{2});
  EXPECT_EQ(scheduler_.places(), 4U);
  scheduler_.retire_worker(WorkerId{2});
  scheduler_.remove_worker(WorkerId{2}, at(0s));
  EXPECT_EQ(scheduler_.places(), 4U);
  scheduler_.remove_worker(WorkerId{1}, at(0s));
  EXPECT_EQ(scheduler_.places(), 0U);
  EXPECT_EQ(scheduler_.demand().supply(at(0s)).rate, 0.0);
}

TEST_F(PlacesTest, WhatAJobSharedCountsForItsShareAndTakesItsTime) {
  scheduler_.add_worker(WorkerId{1}, 4, {}, 4);
  scheduler_.voice_loaded(WorkerId{1}, kVoice);
  const auto before = scheduler_.costs().start_time(kVoice);
  for (std::uint64_t id = 1; id <= 40; ++id) {
    const base::Duration now = id * 1s;
    stream(id);
    for (const auto& job : dispatched(now)) plan(job, now + 10ms);
    for (const auto& job : dispatched(now + 10ms)) {
      // Each grain takes 80 ms, in which three others are rendered as well.
      for (std::uint32_t i = 0; i < job.grains; ++i) {
        scheduler_.grain_rendered(job.job, {80ms, 0ms, 20ms}, at(now + 10ms + (i + 1) * 80ms));
      }
      scheduler_.render_ended(job.job, at(now + 10ms + job.grains * 80ms));
    }
    scheduler_.cancel_stream(StreamId{id}, at(now + 900ms));
  }
  // 0.2 s of audio take 0.02 s of the worker.
  EXPECT_NEAR(base::to_seconds(scheduler_.costs().cost(kVoice).render_cost(1s)), 0.1, 0.02);
  EXPECT_GT(scheduler_.costs().start_time(kVoice), before) << "but are there after 0.08 s";
  EXPECT_GT(scheduler_.costs().start_time(kVoice), 2 * scheduler_.costs().start_cost(kVoice));
}

TEST_F(PlacesTest, ChunksAreSentToAllAndPlansOneAtATime) {
  scheduler_.add_worker(WorkerId{1}, 3, {}, 3);
  for (std::uint64_t id = 1; id <= 5; ++id) stream(id);
  std::vector<Dispatch> sent = dispatched(0s);
  std::vector<JobKind> kinds;
  for (base::Duration now = 10ms; now <= 50ms; now += 10ms) {
    ASSERT_FALSE(sent.empty());
    kinds.clear();
    for (const auto& job : sent) kinds.push_back(job.kind);
    const auto planning = std::ranges::find(sent, JobKind::kPlan, &Dispatch::kind);
    if (planning == sent.end()) break;
    EXPECT_EQ(std::ranges::count(kinds, JobKind::kPlan), 1);
    plan(*planning, now);
    sent = dispatched(now);
  }
  EXPECT_EQ(scheduler_.worker_table().jobs_of(WorkerId{1}), 3U) << "all places are taken";
  EXPECT_EQ(kinds, std::vector{JobKind::kRender}) << "the last of them by a chunk, though plans wait";
}

TEST_F(PlacesTest, AJobIsMeasuredFromItsOwnBeginningThoughOthersEnd) {
  scheduler_.add_worker(WorkerId{1}, 2, {}, 2);
  scheduler_.voice_loaded(WorkerId{1}, kVoice);
  stream(1);
  stream(2);
  for (const auto& job : dispatched(0s)) plan(job, 10ms);
  const auto chunks = dispatched(10ms);
  ASSERT_EQ(chunks.size(), 2U);
  const auto before = scheduler_.costs().start_time(kVoice);
  const auto render = [&](const Dispatch& job, base::Duration now) {
    for (std::uint32_t i = 0; i < job.grains; ++i) scheduler_.grain_rendered(job.job, 1ms, at(now));
    scheduler_.render_ended(job.job, at(now));
  };
  render(chunks[0], 510ms);
  render(chunks[1], 511ms);
  EXPECT_GT(scheduler_.costs().start_time(kVoice), before)
      << "both took half a second; that the second ended a moment after the first does not make it quick";
}

TEST_F(PlacesTest, AStreamThatLostAWorkerIsRenderedAloneUntilItGoesOn) {
  scheduler_.add_worker(WorkerId{1}, 2, {}, 2);
  stream(1);
  stream(2);
  for (const auto& job : dispatched(0s)) {
    EXPECT_FALSE(job.exclusive);
    plan(job, 10ms);
  }
  const auto chunks = dispatched(10ms);
  ASSERT_EQ(chunks.size(), 2U);
  for (const auto& job : chunks) scheduler_.started(job.job);
  scheduler_.remove_worker(WorkerId{1}, at(20ms));
  scheduler_.add_worker(WorkerId{2}, 2, {}, 2);
  const auto again = dispatched(30ms);
  ASSERT_EQ(again.size(), 2U);
  for (const auto& job : again) EXPECT_TRUE(job.exclusive);
  for (std::uint32_t i = 0; i < again[0].grains; ++i) scheduler_.grain_rendered(again[0].job, 10ms, at(40ms));
  scheduler_.render_ended(again[0].job, at(40ms));
  const auto after = dispatched(40ms);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_FALSE(after[0].exclusive);
}

}  // namespace
}  // namespace antiphon::scheduler
