#include "scheduler/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "scheduler/chunk_rule.h"
#include "scheduler/virtual_cell.h"

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::JobId;
using base::StreamId;
using base::TimePoint;
using base::UserId;
using base::WorkerId;

TimePoint at(Duration d) { return TimePoint{} + 1h + d; }

StreamSpec stream(std::uint64_t id, std::uint64_t user = 1) {
  return {.id = StreamId{id}, .user = UserId{user}, .voice = VoiceId{1}};
}

std::vector<Dispatch> dispatches(const std::vector<Action>& actions) {
  std::vector<Dispatch> found;
  for (const auto& action : actions) {
    if (const auto* dispatch = std::get_if<Dispatch>(&action)) found.push_back(*dispatch);
  }
  return found;
}

const std::vector<Duration> kFiveGrains(5, 200ms);

class SchedulerTest : public testing::Test {
 protected:
  void SetUp() override { scheduler_.add_worker(WorkerId{1}); }

  Dispatch only_dispatch(TimePoint now) {
    const auto found = dispatches(scheduler_.poll(now));
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Dispatch{} : found.front();
  }

  void plan(const Dispatch& job, bool more_text, TimePoint now) {
    scheduler_.planned(job.job, {.grains = kFiveGrains, .more_text = more_text, .took = 20ms}, now);
  }

  void render(const Dispatch& job, TimePoint now) {
    for (std::uint32_t i = 0; i < job.grains; ++i) scheduler_.grain_rendered(job.job, 20ms, now);
    scheduler_.render_ended(job.job, now);
  }

  Scheduler scheduler_{Options{}};
};

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
  EXPECT_EQ(only_dispatch(at(0s)).grains, 2U) << "0.3 s of cushion at one worker are two grains of 0.2 s";
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
  EXPECT_EQ(scheduler_.jobs_of(job.worker), 1U);
  scheduler_.retire_worker(job.worker);
  scheduler_.retire_worker(job.worker);
  EXPECT_EQ(scheduler_.workers(), 1U);
  plan(job, false, at(1ms));
  const auto other = job.worker == WorkerId{1} ? WorkerId{2} : WorkerId{1};
  EXPECT_EQ(only_dispatch(at(2ms)).worker, other) << "though it was used last";
  EXPECT_EQ(scheduler_.jobs_of(job.worker), 0U);
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
  EXPECT_FALSE(scheduler_.demand(at(0s)).empty());
  scheduler_.block_stream(StreamId{1});
  render(job, at(1ms));
  EXPECT_TRUE(scheduler_.demand(at(60s)).empty());
  EXPECT_TRUE(scheduler_.poll(at(60s)).empty());
  scheduler_.unblock_stream(StreamId{1}, 2s, at(60s));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->dry_at(), at(62s));
  EXPECT_FALSE(scheduler_.demand(at(60s)).empty());
  render(only_dispatch(at(61s)), at(61s));
  EXPECT_EQ(scheduler_.playback(StreamId{1})->total_stall(), 0s);
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

TEST(VirtualCell, EightListenersOnTwoWorkersOfRtfAFifthHearNoGap) {
  VirtualCell cell({.workers = 2, .ratio = 0.2});
  for (std::uint64_t id = 1; id <= 8; ++id) cell.arrive(stream(id, id), 20s, at(id * 30ms));
  cell.run();
  ASSERT_EQ(cell.done().size(), 8U);
  for (const auto& [id, heard] : cell.done()) {
    EXPECT_EQ(heard.stall, 0s) << "stream " << id.value;
    EXPECT_LE(heard.first_audio, 1s) << "stream " << id.value;
  }
}

TEST(VirtualCell, ThePlansOrderMakesANewcomerWaitWhereOursDoesNot) {
  const auto newcomers_wait = [](Policy policy) {
    VirtualCell cell({.options = {.policy = policy}, .workers = 1, .ratio = 0.1});
    for (std::uint64_t id = 1; id <= 5; ++id) cell.arrive(stream(id, id), 30s, at(0s));
    cell.arrive(stream(6, 6), 5s, at(2s));
    cell.run();
    return cell.done().at(StreamId{6}).first_audio;
  };
  const auto ours = newcomers_wait(Policy::kOurs);
  EXPECT_LE(ours, 600ms);
  EXPECT_GE(newcomers_wait(Policy::kPlan), 2 * ours);
  EXPECT_GE(newcomers_wait(Policy::kFifo), 2 * ours);
}

TEST(VirtualCell, RandomTracesKeepTheBooksUnderEveryPolicy) {
  for (const auto policy : {Policy::kFifo, Policy::kRoundRobin, Policy::kPlan, Policy::kEdf, Policy::kOurs}) {
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
      SCOPED_TRACE(std::string(policy_name(policy)) + " seed " + std::to_string(seed));
      std::mt19937 random(seed);
      const auto any = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
      VirtualCell cell({.options = {.policy = policy},
                        .workers = static_cast<std::uint32_t>(any(1, 4)),
                        .ratio = any(5, 40) / 100.0,
                        .worker_loss_every = any(0, 2) == 0 ? 40U : 0U,
                        .cancel_every = any(0, 2) == 0 ? 30U : 0U,
                        .seed = seed});
      const int count = any(1, 20);
      for (int id = 1; id <= count; ++id) {
        const auto user = static_cast<std::uint64_t>(any(1, 4));
        cell.arrive(stream(static_cast<std::uint64_t>(id), user), any(50, 9000) * 1ms, at(any(0, 4000) * 1ms));
      }
      cell.run();
      EXPECT_EQ(cell.done().size() + cell.failed() + cell.cancelled(), static_cast<std::size_t>(count));
      EXPECT_EQ(cell.live_streams(), 0U);
      EXPECT_EQ(cell.jobs_in_flight(), 0U);
    }
  }
}

TEST(ChunkRule, GrowsWithTheFixedCostAndShrinksBeforeADeadline) {
  const std::vector<Duration> grains(50, 100ms);
  const Options options;
  const CostModel cheap({.fixed = 2ms, .ratio = 0.1});
  const CostModel dear({.fixed = 60ms, .ratio = 0.2});
  const ChunkSituation relaxed{.grains = grains, .until_dry = 5s, .workers = 1, .streams = 3};
  EXPECT_EQ(chunk_grains(options, cheap, relaxed), 5U) << "chunk_max";
  ChunkSituation urgent = relaxed;
  urgent.until_dry = 135ms;
  EXPECT_EQ(chunk_grains(options, cheap, urgent), 3U) << "2 ms + 0.1 * 0.3 s fit into 35 ms";
  urgent.until_dry = -1s;
  EXPECT_EQ(chunk_grains(options, cheap, urgent), 1U);
  EXPECT_GT(chunk_grains(options, dear, urgent), chunk_grains(options, cheap, urgent))
      << "chunks too small for their fixed cost would overload the worker";
}

TEST(ChunkRule, NeverExceedsWhatIsLeftAndObeysAFixedNumber) {
  const std::vector<Duration> grains(3, 100ms);
  EXPECT_EQ(chunk_grains(Options{.fixed_chunk_grains = 4}, {}, {.grains = grains}), 3U);
  EXPECT_EQ(chunk_grains(Options{.fixed_chunk_grains = 1}, {}, {.grains = grains, .first = true}), 1U);
  EXPECT_EQ(chunk_grains(Options{.policy = Policy::kPlan}, {}, {.grains = grains}), 3U);
}

TEST(Policies, HaveNamesThatParse) {
  for (const auto policy : {Policy::kFifo, Policy::kRoundRobin, Policy::kPlan, Policy::kEdf, Policy::kOurs}) {
    EXPECT_EQ(parse_policy(policy_name(policy)), policy);
  }
  EXPECT_EQ(parse_policy("best"), std::nullopt);
}

TEST(SchedulerOptions, OutOfRangeValuesAreNamed) {
  EXPECT_TRUE(Options{}.validate().has_value());
  EXPECT_THAT((Options{.utilisation = 1.5}.validate().error()), testing::HasSubstr("utilisation"));
  EXPECT_THAT((Options{.longest_job = 0s}.validate().error()), testing::HasSubstr("longest_job"));
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
