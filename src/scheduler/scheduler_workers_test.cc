// Which worker gets a job, and what becomes of the jobs of those that go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "scheduler/test_scheduler.h"

namespace antiphon::scheduler {
namespace {

using base::Duration;
using base::StreamId;
using base::WorkerId;

TEST_F(SchedulerTest, ALostWorkersGrainsAreRenderedAgainFromTheLastOneReceived) {
  scheduler_.add_stream(stream(1), at(0s));
  plan(only_dispatch(at(0s)), false, at(0s));
  const auto lost = only_dispatch(at(0s));
  ASSERT_EQ(lost.grains, 2U);
  scheduler_.grain_rendered(lost.job, 20ms, at(20ms));
  scheduler_.remove_worker(WorkerId{1}, at(30ms));
  EXPECT_TRUE(scheduler_.poll(at(30ms)).empty());
  scheduler_.add_worker(WorkerId{2});
  const auto again = only_dispatch(at(40ms));
  EXPECT_EQ(again.worker, WorkerId{2});
  EXPECT_EQ(again.first_grain, 1U);
  scheduler_.grain_rendered(lost.job, 20ms, at(50ms));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->rendered(), 200ms) << "reports of the lost job are void";
}

TEST_F(SchedulerTest, AJobThatLosesItsWorkerTwiceFailsOnlyItsStream) {
  scheduler_.add_stream(stream(1), at(0s));
  scheduler_.add_stream(stream(2, 2), at(1ms));
  for (std::uint64_t round = 1; round <= 2; ++round) {
    const auto job = only_dispatch(at(2ms));
    EXPECT_EQ(job.stream, StreamId{1});
    scheduler_.started(job.job);
    scheduler_.remove_worker(WorkerId{round}, at(3ms));
    scheduler_.add_worker(WorkerId{round + 1});
  }
  const auto actions = scheduler_.poll(at(4ms));
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<StreamFailed>(actions[0]).stream, StreamId{1});
  EXPECT_EQ(std::get<Dispatch>(actions[1]).stream, StreamId{2});
}

TEST_F(SchedulerTest, AWorkerThatIsLostBeforeItBeganIsNotHeldAgainstTheStream) {
  scheduler_.voice_loaded(WorkerId{1}, VoiceId{1});
  scheduler_.add_stream(stream(1), at(0s));
  for (std::uint64_t round = 1; round <= 5; ++round) {
    EXPECT_EQ(only_dispatch(at(2ms)).stream, StreamId{1});
    scheduler_.remove_worker(WorkerId{round}, at(3ms));
    scheduler_.add_worker(WorkerId{round + 1});
    scheduler_.voice_loaded(WorkerId{round + 1}, VoiceId{1});
  }
  EXPECT_EQ(scheduler_.streams(), 1U);
}

TEST_F(SchedulerTest, AVoiceThatCostsTwoWorkersTheirLivesFailsTheStream) {
  scheduler_.add_stream(stream(1), at(0s));
  for (std::uint64_t round = 1; round <= 2; ++round) {
    EXPECT_EQ(only_dispatch(at(2ms)).stream, StreamId{1});
    scheduler_.remove_worker(WorkerId{round}, at(3ms));
    scheduler_.add_worker(WorkerId{round + 1});
  }
  EXPECT_EQ(scheduler_.streams(), 0U) << "neither had the voice before";
}

TEST_F(SchedulerTest, ARetiringWorkerFinishesAndGetsNoMore) {
  scheduler_.add_worker(WorkerId{2});
  scheduler_.add_stream(stream(1), at(0s));
  const auto job = only_dispatch(at(0s));
  EXPECT_EQ(scheduler_.worker_table().jobs_of(job.worker), 1U);
  scheduler_.retire_worker(job.worker);
  scheduler_.retire_worker(job.worker);
  EXPECT_EQ(scheduler_.workers(), 1U);
  plan(job, false, at(1ms));
  const auto other = job.worker == WorkerId{1} ? WorkerId{2} : WorkerId{1};
  EXPECT_EQ(only_dispatch(at(2ms)).worker, other) << "though it was used last";
  EXPECT_EQ(scheduler_.worker_table().jobs_of(job.worker), 0U);
  scheduler_.remove_worker(job.worker, at(3ms));
  EXPECT_EQ(scheduler_.workers(), 1U);
  scheduler_.remove_worker(other, at(4ms));
  EXPECT_EQ(scheduler_.workers(), 0U);
}

TEST_F(SchedulerTest, ALostWorkerThatHadSentEverythingCostsNothing) {
  scheduler_.add_stream(stream(1), at(0s));
  const auto job = only_dispatch(at(0s));
  scheduler_.planned(job.job, {.grains = std::vector<Duration>{100ms}, .more_text = false, .took = 1ms}, at(0s));
  const auto render_job = only_dispatch(at(0s));
  scheduler_.grain_rendered(render_job.job, 10ms, at(10ms));
  scheduler_.remove_worker(WorkerId{1}, at(11ms));
  EXPECT_THAT(scheduler_.poll(at(12ms)), testing::ElementsAre(testing::VariantWith<StreamDone>(testing::_)));
}

TEST_F(SchedulerTest, AWorkerThatLacksAVoiceGetsNoJobsOfIt) {
  scheduler_.add_worker(WorkerId{2});
  scheduler_.voice_loaded(WorkerId{2}, VoiceId{1});
  scheduler_.voice_lacking(WorkerId{2}, VoiceId{1});
  scheduler_.voice_lacking(WorkerId{9}, VoiceId{1});
  scheduler_.add_stream(stream(1), at(0s));
  EXPECT_EQ(only_dispatch(at(0s)).worker, WorkerId{1}) << "though the other has it loaded";
  scheduler_.add_stream(stream(2), at(0s));
  EXPECT_TRUE(scheduler_.poll(at(0s)).empty()) << "it waits for the one that can";
}

TEST_F(SchedulerTest, WorkersThatHaveTheVoiceThenTheStreamsLastOneArePreferred) {
  scheduler_.add_worker(WorkerId{2});
  scheduler_.add_worker(WorkerId{3});
  scheduler_.voice_loaded(WorkerId{2}, VoiceId{1});
  scheduler_.voice_loaded(WorkerId{3}, VoiceId{1});
  scheduler_.add_stream(stream(1), at(0s));
  const auto first = only_dispatch(at(0s));
  EXPECT_EQ(first.worker, WorkerId{2}) << "has the voice";
  scheduler_.add_stream(stream(2), at(0s));
  const auto other = only_dispatch(at(0s));
  EXPECT_EQ(other.worker, WorkerId{3});
  plan(other, false, at(1ms));
  plan(first, false, at(1ms));
  for (const auto& job : dispatches(scheduler_.poll(at(1ms)))) {
    EXPECT_EQ(job.worker, job.stream == StreamId{1} ? WorkerId{2} : WorkerId{3});
  }
}

/// The workers of the first four jobs of four streams of one voice, which the second of three workers has.
std::vector<std::uint64_t> places(Placement placement, std::uint32_t depth) {
  Scheduler scheduler({.placement = placement, .queue_depth = depth});
  for (std::uint64_t id = 1; id <= 3; ++id) scheduler.add_worker(WorkerId{id}, depth);
  scheduler.voice_loaded(WorkerId{2}, VoiceId{1});
  for (std::uint64_t id = 1; id <= 4; ++id) scheduler.add_stream(stream(id), at(0s));
  std::vector<std::uint64_t> found;
  for (const auto& job : dispatches(scheduler.poll(at(0s)))) found.push_back(job.worker.value);
  return found;
}

TEST(Placement, FollowsTheVoiceOrTheLoadOrTheTurn) {
  EXPECT_THAT(places(Placement::kAffinity, 1), testing::ElementsAre(2, 1, 3));
  EXPECT_THAT(places(Placement::kAffinity, 4), testing::ElementsAre(2, 2, 2, 2));
  EXPECT_THAT(places(Placement::kLeastLoaded, 4), testing::ElementsAre(1, 2, 3, 1));
  EXPECT_THAT(places(Placement::kRoundRobin, 4), testing::ElementsAre(1, 2, 3, 1));
  EXPECT_THAT(places(Placement::kRoundRobin, 1), testing::ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace antiphon::scheduler
