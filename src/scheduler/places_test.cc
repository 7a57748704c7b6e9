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

TEST_F(PlacesTest, EachIsAWorkerAsFarAsPromisesGo) {
  Scheduler four(Options{});
  for (std::uint64_t i = 1; i <= 4; ++i) four.add_worker(WorkerId{i});
  scheduler_.add_worker(WorkerId{1}, 4, {}, 4);
  EXPECT_EQ(scheduler_.workers(), 1U);
  EXPECT_EQ(scheduler_.places(), 4U);
  EXPECT_EQ(scheduler_.supply(at(0s)).rate, four.supply(at(0s)).rate);
  EXPECT_EQ(scheduler_.supply(at(0s)).reserve, four.supply(at(0s)).reserve);
  EXPECT_EQ(scheduler_.start_cost(kVoice), four.start_cost(kVoice));
  scheduler_.add_worker(WorkerId{2}, 3, {}, 2);
  EXPECT_EQ(scheduler_.places(), 6U);
  scheduler_.retire_worker(WorkerId{2});
  EXPECT_EQ(scheduler_.places(), 4U);
  scheduler_.retire_worker(WorkerId{2});
  scheduler_.remove_worker(WorkerId{2}, at(0s));
  EXPECT_EQ(scheduler_.places(), 4U);
  scheduler_.remove_worker(WorkerId{1}, at(0s));
  EXPECT_EQ(scheduler_.places(), 0U);
  EXPECT_EQ(scheduler_.supply(at(0s)).rate, 0.0);
}

TEST_F(PlacesTest, AllAreFilledAtOnce) {
  scheduler_.add_worker(WorkerId{1}, 3, {}, 3);
  for (std::uint64_t id = 1; id <= 4; ++id) stream(id);
  const auto jobs = dispatched(0s);
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(scheduler_.jobs_of(WorkerId{1}), 3U);
  plan(jobs[0], 10ms);
  const auto next = dispatched(10ms);
  ASSERT_EQ(next.size(), 1U) << "one place was freed";
}

TEST_F(PlacesTest, AJobIsMeasuredFromItsOwnBeginningThoughOthersEnd) {
  scheduler_.add_worker(WorkerId{1}, 2, {}, 2);
  scheduler_.voice_loaded(WorkerId{1}, kVoice);
  stream(1);
  stream(2);
  for (const auto& job : dispatched(0s)) plan(job, 10ms);
  const auto chunks = dispatched(10ms);
  ASSERT_EQ(chunks.size(), 2U);
  const auto render = [&](const Dispatch& job, base::Duration now) {
    for (std::uint32_t i = 0; i < job.grains; ++i) scheduler_.grain_rendered(job.job, 1ms, at(now));
    scheduler_.render_ended(job.job, at(now));
  };
  render(chunks[0], 510ms);
  render(chunks[1], 511ms);
  const auto learnt = scheduler_.learnt_costs();
  ASSERT_EQ(learnt.size(), 1U);
  const auto audio = chunks[0].grains * 200ms;
  EXPECT_GT(CostModel(learnt[0].prior).render_cost(audio), CostModel(CostModel::Prior{}).render_cost(audio))
      << "both took half a second; that the second ended a moment after the first does not make it quick";
}

TEST_F(PlacesTest, AStreamThatLostAWorkerIsRenderedAloneUntilItGoesOn) {
  scheduler_.add_worker(WorkerId{1}, 2, {}, 2);
  stream(1);
  stream(2);
  for (const auto& job : dispatched(0s)) {
    EXPECT_FALSE(job.alone);
    plan(job, 10ms);
  }
  const auto chunks = dispatched(10ms);
  ASSERT_EQ(chunks.size(), 2U);
  for (const auto& job : chunks) scheduler_.started(job.job);
  scheduler_.remove_worker(WorkerId{1}, at(20ms));
  scheduler_.add_worker(WorkerId{2}, 2, {}, 2);
  const auto again = dispatched(30ms);
  ASSERT_EQ(again.size(), 2U);
  for (const auto& job : again) EXPECT_TRUE(job.alone);
  for (std::uint32_t i = 0; i < again[0].grains; ++i) scheduler_.grain_rendered(again[0].job, 10ms, at(40ms));
  scheduler_.render_ended(again[0].job, at(40ms));
  const auto after = dispatched(40ms);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_FALSE(after[0].alone);
}

}  // namespace
}  // namespace antiphon::scheduler
