#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "scheduler/admission.h"
#include "scheduler/chunk_rule.h"
#include "scheduler/test_scheduler.h"

namespace antiphon::scheduler {
namespace {

using base::Duration;
using base::JobId;
using base::StreamId;
using base::TimePoint;
using base::UserId;
using base::WorkerId;

const std::vector<Duration> kTenGrains(10, 200ms);

/// One worker that is driven by hand; every segment has ten grains of 0.2 s.
class Bench {
 public:
  explicit Bench(const Options& options) : scheduler_(options) { scheduler_.add_worker(WorkerId{1}); }

  void add(std::uint64_t id, std::uint64_t user, TimePoint now, double weight = 1) {
    scheduler_.add_stream(
        {.id = StreamId{id}, .user = UserId{user}, .voice = VoiceId{1}, .weight = weight, .expected = 2s}, now);
  }
  Dispatch next(TimePoint now) {
    for (const auto& action : scheduler_.poll(now)) {
      if (const auto* dispatch = std::get_if<Dispatch>(&action)) return *dispatch;
      if (const auto* failed = std::get_if<StreamFailed>(&action)) failed_.push_back(*failed);
    }
    return {};
  }
  void perform(const Dispatch& job, TimePoint now) {
    if (job.kind == JobKind::kPlan) {
      scheduler_.planned(job.job, {.grains = kTenGrains, .more_text = true, .expected = 2s, .took = 10ms}, now);
    } else {
      render(scheduler_, job, 20ms, now);
    }
  }
  /// The streams of the next `count` jobs, performed at `now`.
  std::vector<std::uint64_t> turns(int count, TimePoint now) {
    std::vector<std::uint64_t> streams;
    for (int i = 0; i < count; ++i) {
      const auto job = next(now);
      if (job.job == JobId{}) break;
      streams.push_back(job.stream.value);
      perform(job, now);
    }
    return streams;
  }

  Scheduler scheduler_;
  std::vector<StreamFailed> failed_;
};

TEST(Policies, FifoServesTheOldestStreamAlone) {
  Bench bench({.policy = Policy::kFifo});
  bench.add(1, 1, at(0s));
  bench.add(2, 2, at(1ms));
  EXPECT_THAT(bench.turns(8, at(2ms)), testing::Each(1U));
}

TEST(Policies, RoundRobinServesEachInTurn) {
  Bench bench({.policy = Policy::kRoundRobin});
  for (std::uint64_t id = 1; id <= 3; ++id) bench.add(id, id, at(0s));
  EXPECT_THAT(bench.turns(9, at(2ms)), testing::ElementsAre(1, 2, 3, 1, 2, 3, 1, 2, 3));
}

TEST(Policies, ThePlansKeyPutsANewcomerBehindAllChunksOfHisAge) {
  Bench bench({.policy = Policy::kArrival});
  bench.add(1, 1, at(0s));
  bench.turns(3, at(0s));  // a plan and two chunks of 1 s: the third one is due at 0.4 s
  bench.add(2, 2, at(399ms));
  EXPECT_EQ(bench.turns(1, at(399ms)).front(), 2U);
  Bench later({.policy = Policy::kArrival});
  later.add(1, 1, at(0s));
  later.turns(3, at(0s));
  later.add(2, 2, at(401ms));
  EXPECT_EQ(later.turns(1, at(401ms)).front(), 1U) << "though its listener has 1.6 s in hand";
}

TEST(Policies, EdfServesWhoRunsDryFirst) {
  Bench bench({.policy = Policy::kEdf});
  bench.add(1, 1, at(0s));
  bench.turns(4, at(0s));
  bench.add(2, 2, at(0s));
  EXPECT_THAT(bench.turns(2, at(0s)), testing::Each(2U)) << "the first one is ahead";
}

TEST(Policies, OursSpacesTheStartsOfOneUserWhereEdfDoesNot) {
  const auto starts_before_the_other_users = [](Policy policy) {
    Bench bench({.policy = policy});
    for (std::uint64_t id = 1; id <= 4; ++id) bench.add(id, 1, at(0s));
    bench.add(9, 2, at(1ms));
    const auto turns = bench.turns(20, at(2ms));
    return std::set<std::uint64_t>(turns.begin(), std::ranges::find(turns, 9U)).size();
  };
  EXPECT_EQ(starts_before_the_other_users(Policy::kFair), 1U);
  EXPECT_EQ(starts_before_the_other_users(Policy::kEdf), 4U);
}

TEST(Policies, OnlyOursPrefersTheUserWhoWasServedLess) {
  const auto first_of_equals = [](Policy policy) {
    Bench bench({.policy = policy});
    bench.add(1, 1, at(-5s));
    bench.turns(20, at(-5s));
    bench.scheduler_.cancel_stream(StreamId{1}, at(-5s));
    bench.add(2, 1, at(0s));
    bench.add(3, 2, at(0s));
    return bench.turns(1, at(0s)).front();
  };
  EXPECT_EQ(first_of_equals(Policy::kFair), 3U);
  EXPECT_EQ(first_of_equals(Policy::kEdf), 2U);
}

TEST(ChunkRule, ThePlansChunkIsASecondAndHalfOfItUnderLoadWhereChosen) {
  const Options options{.policy = Policy::kArrival, .arrival_chunk_loaded = 500ms};
  EXPECT_EQ(chunk_grains(options, {}, {}, {.grains = kTenGrains}), 5U);
  EXPECT_EQ(chunk_grains(options, {}, {}, {.grains = kTenGrains, .loaded = true}), 3U);
  EXPECT_EQ(chunk_grains(Options{.policy = Policy::kArrival}, {}, {}, {.grains = kTenGrains, .loaded = true}), 5U);
}

TEST(Degradation, PlansFarAheadOnlyWhileThereIsRoom) {
  const auto plans_in_a_row = [](int streams) {
    Bench bench({.admission = Admission::kOff});
    for (int id = 1; id <= streams; ++id)
      bench.add(static_cast<std::uint64_t>(id), static_cast<std::uint64_t>(id), at(0s));
    int most = 0;
    std::map<StreamId, int> planned;
    for (int i = 0; i < 40 * streams; ++i) {
      const auto job = bench.next(at(i * 1ms));
      if (job.kind == JobKind::kPlan) ++planned[job.stream];
      bench.perform(job, at(i * 1ms));
      const auto ahead = bench.scheduler_.left_of(job.stream).planned;
      most = std::max(most, static_cast<int>(ahead / 2s));
    }
    return std::pair(most, bench.scheduler_.degradation().level());
  };
  EXPECT_EQ(plans_in_a_row(1), std::pair(3, Degradation::kNone));
  const auto [most, level] = plans_in_a_row(30);
  EXPECT_GE(level, Degradation::kNoPrefetch);
  EXPECT_EQ(most, 1);
}

TEST(Degradation, EndsTheNewestStreamOfTheHeaviestUserOneAtATimeAndStopsWhenItHelps) {
  Bench bench({});
  bench.add(1, 1, at(0s));
  bench.add(2, 2, at(0s));
  bench.add(3, 2, at(0s));
  bench.add(4, 3, at(0s), 4.0);
  bench.add(5, 3, at(0s), 4.0);
  const auto held = bench.next(at(0s));  // the only worker makes no progress
  auto now = 0ms;
  for (; bench.failed_.empty() && now < 10s; now += 50ms) bench.next(at(now));
  EXPECT_GT(now, 5s) << "late by 2 s from 3 s on, and for 2 s from 5 s on";
  EXPECT_LT(now, 5500ms);
  ASSERT_EQ(bench.failed_.size(), 1U);
  EXPECT_EQ(bench.failed_.front().stream, StreamId{3});
  EXPECT_EQ(bench.failed_.front().reason, FailureReason::kShed);
  bench.next(at(now));
  EXPECT_EQ(bench.failed_.size(), 1U) << "one each 100 ms";
  EXPECT_EQ(bench.scheduler_.degradation().level(), Degradation::kShedding);

  bench.perform(held, at(now));
  for (const auto end = now + 500ms; now < end; now += 50ms) bench.turns(8, at(now));
  const auto ended = bench.failed_.size();
  for (const auto end = now + 5s; now < end; now += 50ms) bench.turns(8, at(now));
  EXPECT_EQ(bench.failed_.size(), ended);
  EXPECT_LT(bench.scheduler_.degradation().level(), Degradation::kShedding);
}

TEST(Degradation, PromisesNothingAndEndsNothingWithoutAdmission) {
  Bench bench({.admission = Admission::kOff});
  for (std::uint64_t id = 1; id <= 5; ++id) bench.add(id, id, at(0s));
  for (auto now = 0ms; now <= 20s; now += 50ms) bench.next(at(now));
  EXPECT_TRUE(bench.failed_.empty());
}

TEST(Degradation, NewcomersGetTheCheaperVoiceWhileTheCellIsNearlyFullAndTheirKeyAllowsIt) {
  Scheduler scheduler(Options{});
  AdmissionController desk(scheduler);
  scheduler.add_worker(WorkerId{1});
  std::uint64_t id = 0;
  const auto admit = [&](std::optional<VoiceId> cheaper, TimePoint now) {
    desk.apply({.id = StreamId{++id}, .user = UserId{id}, .voice = VoiceId{1}, .expected = 1s, .cheaper = cheaper}, 0s,
               now);
    const auto verdicts = desk.poll(now);
    EXPECT_EQ(verdicts.size(), 1U);
    return std::get<Admitted>(verdicts.front());
  };
  EXPECT_EQ(admit(VoiceId{2}, at(0s)).voice, VoiceId{1});
  scheduler.note_refusal(at(0s));
  EXPECT_EQ(admit(VoiceId{2}, at(100ms)).voice, VoiceId{2});
  EXPECT_EQ(admit(std::nullopt, at(200ms)).voice, VoiceId{1});
  EXPECT_EQ(admit(std::nullopt, at(200ms)).level, Degradation::kRefusing);
  for (std::uint64_t old = 1; old <= id; ++old) scheduler.cancel_stream(StreamId{old}, at(1s));
  for (auto now = 1s; now < 10s; now += 1s) scheduler.assess(at(now));
  const auto calm = admit(VoiceId{2}, at(10s));
  EXPECT_EQ(calm.voice, VoiceId{1});
  EXPECT_EQ(calm.level, Degradation::kNone);
}

TEST(Admission, AVoiceSlowerThanRealTimeIsNeverPromised) {
  Scheduler scheduler(Options{});
  scheduler.set_prior(VoiceId{1}, {.ratio = 2.0});
  AdmissionController desk(scheduler);
  scheduler.add_worker(WorkerId{1});
  desk.apply({.id = StreamId{1}, .user = UserId{1}, .voice = VoiceId{1}, .expected = 60s}, 2s, at(0s));
  const auto verdicts = desk.poll(at(0s));
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_GE(std::get<Refused>(verdicts.front()).retry_after, AdmissionController::kNever);
  EXPECT_EQ(desk.reservations(), 0U);
}

TEST(Costs, AMixedCellIsAsFastAsTheMeanOfItsWorkers) {
  Scheduler scheduler(Options{});
  scheduler.set_prior(VoiceId{1}, {.fixed = 0ms, .ratio = 0.1});
  scheduler.add_worker(WorkerId{1});
  scheduler.add_worker(WorkerId{2}, 1, DeviceId{1});
  EXPECT_NEAR(scheduler.costs().cost(VoiceId{1}).ratio(), 0.1, 1e-9);
  scheduler.remove_worker(WorkerId{1}, at(0s));
  EXPECT_NEAR(scheduler.costs().cost(VoiceId{1}).ratio(), 0.1, 1e-9);
}

}  // namespace
}  // namespace antiphon::scheduler
