// Workers that come, stall and go.
#include <gtest/gtest.h>

#include <ranges>

#include "coordinator/test_performer.h"

namespace antiphon::coordinator {
namespace {

using worker_pool::Cause;
using worker_pool::Death;
using worker_pool::Spare;

class Workers : public CoordinatorTest {
 protected:
  void lose(worker_pool::SlotIndex slot) { tell(WorkerEnded{.slot = slot}); }
  [[nodiscard]] base::WorkerId in_slot(worker_pool::SlotIndex slot) const {
    for (const auto& [index, worker] : std::views::reverse(workers_)) {
      if (index == slot) return worker;
    }
    return {};
  }
};

TEST_F(Workers, TheLeastAreSpawnedAndPromotedThenASpareIsSpawned) {
  with({.pool = {.least = 2, .most = 2}});
  tell(Started{});
  EXPECT_EQ(take<Spawn>().size(), 2U);
  make_ready(0);
  EXPECT_EQ(only<Promote>().worker, in_slot(0));
  EXPECT_EQ(coordinator_->scheduler().workers(), 1U);
  make_ready(1);
  EXPECT_EQ(only<Promote>().slot, 1U);
  EXPECT_EQ(only<Spawn>().cause, Cause::kSpare);
  make_ready(2);
  EXPECT_TRUE(take<Promote>().empty());
  EXPECT_EQ(coordinator_->scheduler().workers(), 2U);
}

TEST_F(Workers, AWorkerLostMidGrainCostsNothingButTheGrain) {
  with({.pool = {.least = 1, .most = 1}});
  start();
  (void)take<Promote>();
  tell(RequestArrived{.stream = stream(1)});
  plan(only<Dispatch>(), 5);
  const auto job = only<Dispatch>();
  ASSERT_GE(job.job.grains, 2U);
  tell(JobStarted{.job = job.job.job});
  tell(GrainRendered{.job = job.job.job, .took = 20ms});
  lose(0);
  const auto taken_over = only<Promote>();
  EXPECT_EQ(taken_over.cause, Cause::kLost);
  const auto next = only<Dispatch>();
  EXPECT_EQ(next.job.worker, taken_over.worker);
  EXPECT_EQ(next.job.first_grain, 1U);
  tell(GrainRendered{.job = job.job.job, .took = 20ms});
  EXPECT_EQ(coordinator_->scheduler().left_of(base::StreamId{1}).planned, 800ms) << "the lost job is not heard";
}

TEST_F(Workers, ASpareThatTakesTimeToTakeOverGetsJobsWhenItHas) {
  with({.pool = {.least = 1, .most = 1}, .takeover = 50ms});
  start();
  (void)take<Promote>();
  lose(0);
  EXPECT_EQ(coordinator_->scheduler().workers(), 0U);
  tell(RequestArrived{.stream = stream(1), .wait = 10s});
  pass(49ms);
  EXPECT_TRUE(take<Promote>().empty());
  pass(1ms);
  EXPECT_EQ(take<Admitted>().size(), 1U) << "a request that waits for room is looked at as soon as there is more";
  EXPECT_EQ(only<Promote>().slot, 1U);
  EXPECT_EQ(coordinator_->scheduler().workers(), 1U);
}

TEST_F(Workers, ARequestWithoutRoomHasTheSpareTakeJobsAndIsAdmitted) {
  with({.pool = {.least = 1, .most = 2}});
  start();
  (void)take<Promote>();
  for (std::uint64_t id = 1; take<Promote>().empty(); ++id) {
    ASSERT_LT(id, 100U);
    tell(RequestArrived{.stream = stream(id, 20s)});
    EXPECT_TRUE(take<Refused>().empty());
    EXPECT_EQ(take<Admitted>().size(), 1U);
  }
  EXPECT_EQ(coordinator_->scheduler().workers(), 2U);
}

TEST_F(Workers, OneThatIsNotNeededRetiresAndLeavesItsSlotEmpty) {
  Options options{.pool = {.least = 1, .most = 2, .spare = Spare::kOff, .start_wait = 0s, .grow_after = 0s}};
  options.pool.shrink_after = 1s;
  with(options);
  start();
  (void)take<Promote>();
  std::uint64_t id = 0;
  while (take<Spawn>().empty()) {
    ASSERT_LT(++id, 100U);
    tell(RequestArrived{.stream = stream(id, 20s)});
    pass(200ms);
  }
  make_ready(1);
  EXPECT_EQ(only<Promote>().slot, 1U);
  for (; id > 0; --id) tell(RequestLeft{base::StreamId{id}});
  for (const auto& job : take<Dispatch>()) tell(JobFailed{.job = job.job.job});
  pass(3s);
  EXPECT_EQ(only<Retire>().slot, 1U);
  EXPECT_EQ(coordinator_->scheduler().workers(), 1U);
  lose(1);
  EXPECT_EQ(coordinator_->pool().slots()[1].state(), worker_pool::SlotState::kEmpty);
}

TEST_F(Workers, AStalledOneIsKilledAndItsJobGoesOnElsewhere) {
  with({.pool = {.least = 2, .most = 2, .spare = Spare::kOff}, .estimates = Estimates::kAll});
  start();
  (void)take<Promote>();
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  EXPECT_GT(job.work.wall_p95, 0s);
  tell(JobStarted{.job = job.job.job});
  readings_ = {{.worker = in_slot(0), .cpu = 0s, .runnable = false}, {.worker = in_slot(1), .cpu = 0s}};
  auto kills = take<Kill>();
  for (const auto since = now_; kills.empty(); kills = take<Kill>()) {
    ASSERT_LE(now_, since + 2 * job.work.wall_p95 + 200ms);
    pass(worker_pool::StallDetector::kInterval);
  }
  ASSERT_EQ(kills.size(), 1U);
  const auto& kill = kills.front();
  EXPECT_EQ(kill.worker, job.job.worker);
  EXPECT_EQ(kill.death, Death::kStalled);
  ASSERT_TRUE(kill.stall);
  EXPECT_EQ(kill.stall->stall, worker_pool::Stall::kNoProgress);
  const auto again = only<Dispatch>();
  EXPECT_NE(again.job.worker, job.job.worker);
  lose(*kill.slot);
  EXPECT_EQ(coordinator_->pool().slots()[*kill.slot].deaths(Death::kStalled), 1U);
}

TEST_F(Workers, AJobOfWhichTooLittleIsKnownIsHeldToTheLimitOfAllJobs) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  start();
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  EXPECT_EQ(job.work.wall_p95, 0s);
  tell(JobStarted{.job = job.job.job});
  readings_ = {{.worker = in_slot(0)}};
  pass(9s);
  EXPECT_TRUE(take<Kill>().empty());
  pass(2s);
  EXPECT_EQ(only<Kill>().stall->stall, worker_pool::Stall::kLimit);
}

TEST_F(Workers, OneThatIsFaultyIsKilledOnceReadyOrNot) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  tell(Started{});
  tell(WorkerFaulty{.slot = 0, .death = Death::kNotLoaded});
  tell(WorkerFaulty{.slot = 0, .death = Death::kNotLoaded});
  const auto kill = only<Kill>();
  EXPECT_EQ(kill.death, Death::kNotLoaded);
  EXPECT_FALSE(kill.stall);
  lose(0);
  EXPECT_EQ(coordinator_->pool().slots()[0].deaths(Death::kNotLoaded), 1U);
  pass(1s);
  EXPECT_EQ(take<Spawn>().size(), 2U) << "it is started again";
}

TEST_F(Workers, OneThatCannotBeSpawnedIsTriedAgain) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  tell(Started{});
  tell(WorkerNotSpawned{.slot = only<Spawn>().slot});
  EXPECT_TRUE(take<Spawn>().empty());
  pass(1s);
  EXPECT_EQ(take<Spawn>().size(), 1U);
}

TEST_F(Workers, NoneIsSpawnedBeyondTheLeastWhereMemoryHasNoRoom) {
  with({.pool = {.least = 1, .most = 1}});
  tell(MemoryMeasured{.machine = {.total = 100, .used = 89}, .worker_bytes = 2});
  start();
  pass(1s);
  EXPECT_EQ(workers_.size(), 1U) << "no spare";
  tell(MemoryMeasured{.machine = {.total = 100, .used = 50}, .worker_bytes = 2});
  pass(100ms);
  EXPECT_EQ(only<Spawn>().cause, Cause::kSpare);
}

TEST_F(Workers, OneThatHoldsTooMuchMemoryIsReplacedByTheSpare) {
  Options options{.pool = {.least = 1, .most = 1}};
  options.pool.worker_memory_limit = 100;
  with(options);
  start();
  (void)take<Promote>();
  tell(ResidentMeasured{.slot = 0, .bytes = 50});
  tell(ResidentMeasured{.slot = 0, .bytes = 200});
  pass(100ms);
  EXPECT_EQ(only<Retire>().cause, Cause::kMemory);
  EXPECT_EQ(only<Promote>().slot, 1U);
}

TEST_F(Workers, OneOfAnotherMachineTakesJobsUntilItRetiresOrIsLost) {
  with({.pool = {.least = 0, .most = 0, .spare = Spare::kOff}});
  tell(Started{});
  const base::WorkerId remote{7};
  const scheduler::DeviceId device{3};
  tell(RemoteJoined{.worker = {.id = remote, .places = 2, .depth = 1, .device = device, .voices = {{1}}}});
  EXPECT_EQ(coordinator_->scheduler().places(), 2U);
  tell(LinkMeasured{.worker = remote, .device = device, .distance = {.fixed = 30ms}, .depth = 2});
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  EXPECT_EQ(job.job.worker, remote);
  tell(RemoteRetires{remote});
  EXPECT_EQ(coordinator_->scheduler().workers(), 0U);
  tell(RemoteLost{remote});
  tell(RemoteLost{remote});
  EXPECT_EQ(coordinator_->scheduler().jobs_in_flight(), 0U);
  EXPECT_EQ(coordinator_->open_requests(), 1U) << "the stream waits for another worker";
}

TEST_F(Workers, JobsOfAVoiceGoToTheWorkerThatHasItAndNeverToOneThatLacksIt) {
  with({.pool = {.least = 2, .most = 2, .spare = Spare::kOff}});
  start();
  const scheduler::VoiceId other{2};
  tell(VoiceLoaded{.worker = in_slot(1), .voice = other});
  auto spec = stream(1);
  spec.voice = other;
  tell(RequestArrived{.stream = spec});
  EXPECT_EQ(only<Dispatch>().job.worker, in_slot(1));
  tell(VoiceUnloaded{.worker = in_slot(1), .voice = other});
  tell(VoiceLacking{.worker = in_slot(0), .voice = other});
  spec.id = base::StreamId{2};
  tell(RequestArrived{.stream = spec});
  EXPECT_TRUE(take<Dispatch>().empty()) << "the only worker that does not lack it is busy";
}

}  // namespace
}  // namespace antiphon::coordinator
