// What workers load, what lies between them and the gateway, and the texts that end them.
#include <gtest/gtest.h>

#include "coordinator/test_performer.h"

namespace antiphon::coordinator {
namespace {

using worker_pool::Death;
using worker_pool::Spare;
using worker_pool::StallDetector;

constexpr base::WorkerId kRemote{70};

class Faults : public CoordinatorTest {
 protected:
  /// With one local worker, number 1, which has a voice.
  void with_one(Estimates estimates = Estimates::kAll) {
    with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}, .estimates = estimates});
    start();
    readings_ = {{.worker = base::WorkerId{1}, .runnable = true}};
  }
  /// With one worker of another machine, which has a voice and is at work as long as its link lives.
  void with_remote(worker_pool::KillRule rule = worker_pool::KillRule::kProgress) {
    Options options{.pool = {.least = 0, .most = 0, .spare = Spare::kOff}, .estimates = Estimates::kAll};
    options.pool.stall.rule = rule;
    with(options);
    tell(Started{});
    tell(WorkerConnected{.worker = kRemote});
    tell(RoundTripMeasured{.worker = kRemote, .round_trip = 100ms});
    tell(RemoteJoined{.worker = {.id = kRemote, .voices = {{1}}}});
    readings_ = {{.worker = kRemote, .runnable = false}};
  }
  /// Returns after what time the next worker is killed.
  base::Duration until_kill(base::Duration at_most) {
    const auto since = now_;
    while (now_ - since < at_most) {
      pass(StallDetector::kInterval);
      if (kill_ = take<Kill>(); !kill_.empty()) break;
    }
    return now_ - since;
  }

  std::vector<Kill> kill_;
};

TEST_F(Faults, AWorkerThatDoesNotGetReadyIsKilledForItsLoad) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  tell(Started{});
  tell(WorkerConnected{.worker = base::WorkerId{1}, .slot = only<Spawn>().slot});
  tell(LoadBegan{.worker = base::WorkerId{1}, .load = 1});
  const auto limit = Options{}.pool.stall.load_limit;
  EXPECT_NEAR(base::to_seconds(until_kill(2 * limit)), base::to_seconds(limit), 0.2);
  ASSERT_EQ(kill_.size(), 1U);
  EXPECT_EQ(kill_[0].worker, base::WorkerId{1});
  EXPECT_EQ(kill_[0].death, Death::kLoadStalled);
  ASSERT_TRUE(kill_[0].stall);
  EXPECT_EQ(kill_[0].stall->stall, worker_pool::Stall::kLoad);
}

TEST_F(Faults, OneThatHasLoadedInTimeIsNot) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  tell(Started{});
  const auto slot = only<Spawn>().slot;
  tell(WorkerConnected{.worker = base::WorkerId{1}, .slot = slot});
  tell(LoadBegan{.worker = base::WorkerId{1}, .load = 1});
  pass(1s);
  tell(LoadEnded{.worker = base::WorkerId{1}, .load = 1});
  tell(WorkerReady{.slot = slot, .worker = {.id = base::WorkerId{1}, .voices = {{1}}}});
  EXPECT_EQ(only<Promote>().worker, base::WorkerId{1});
  pass(2 * Options{}.pool.stall.load_limit);
  EXPECT_TRUE(take<Kill>().empty());
}

TEST_F(Faults, AJobThatWaitsForItsVoiceIsNotLateBeforeTheVoiceIsLoaded) {
  for (const bool loads : {false, true}) {
    with_one();
    (void)take<Dispatch>();
    tell(RequestArrived{.stream = stream(1)});
    const auto job = only<Dispatch>();
    const auto after = 4 * job.work.wall_p95 + 2s;
    ASSERT_LT(after, Options{}.pool.stall.load_limit);
    if (loads) tell(LoadBegan{.worker = job.job.worker, .load = 1, .before = job.job.job});
    readings_[0].cpu = 0s;
    for (const auto until = now_ + after; now_ < until;) {
      readings_[0].cpu += StallDetector::kInterval;  // it computes all the time
      pass(StallDetector::kInterval);
    }
    EXPECT_EQ(take<Kill>().empty(), loads);
    last_worker_ = 0;
  }
}

TEST_F(Faults, ThePlanOfFasterSpeechMayTakeAsMuchLongerAsItHasMoreText) {
  for (const auto& [speed, share] : {std::pair(0.5, 1.0), std::pair(1.5, 1.5), std::pair(4.0, 2.0)}) {
    with_one();
    (void)take<Dispatch>();
    tell(RequestArrived{.stream = stream(1)});
    const auto usual = only<Dispatch>();
    tell(RequestLeft{usual.job.stream});
    tell(PlanRefused{.job = usual.job.job});
    tell(RequestArrived{.stream = stream(2), .speed = speed});
    const auto job = only<Dispatch>();
    EXPECT_EQ(job.job.kind, scheduler::JobKind::kPlan);
    EXPECT_NEAR(base::to_seconds(job.work.wall_p95), share * base::to_seconds(usual.work.wall_p95), 1e-6) << speed;
    plan(job, 5);
    const auto render = only<Dispatch>();
    EXPECT_EQ(render.work.wall_p95, render.job.p95.wall) << "a chunk is as long as ever";
    last_worker_ = 0;
  }
}

TEST_F(Faults, AJobElsewhereHasThePatienceOfItsLinkWhateverItTakes) {
  with_remote();
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  tell(JobStarted{.job = job.job.job});
  EXPECT_EQ(job.work.wall_p95, job.job.p95.wall) << "the link process is told what is expected";
  // 150 ms and four ways and back; then the window in which nothing comes.
  EXPECT_NEAR(base::to_seconds(until_kill(5s)), 0.55, 0.1);
  ASSERT_EQ(kill_.size(), 1U);
  EXPECT_FALSE(kill_[0].slot);
  EXPECT_EQ(kill_[0].worker, kRemote);
}

TEST_F(Faults, AJobElsewhereIsNotJudgedByProcessorTimeWhichIsNotSeen) {
  with_remote();
  tell(RequestArrived{.stream = stream(1)});
  tell(JobStarted{.job = only<Dispatch>().job.job});
  readings_[0].runnable = true;
  EXPECT_EQ(until_kill(5s), 5s) << "its link lives";
}

TEST_F(Faults, AWorkerElsewhereThatIsFaultyIsKilledOnce) {
  with_remote();
  tell(WorkerFaulty{.death = Death::kBadAnswer, .worker = kRemote});
  tell(WorkerFaulty{.death = Death::kBadAnswer, .worker = kRemote});
  const auto kill = only<Kill>();
  EXPECT_FALSE(kill.slot);
  EXPECT_EQ(kill.worker, kRemote);
  EXPECT_EQ(coordinator_->scheduler().workers(), 0U);
  tell(RemoteLost{kRemote});
  EXPECT_TRUE(take<Kill>().empty());
}

TEST_F(Faults, OneElsewhereThatIsNotReadyCountsForNothing) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  tell(WorkerConnected{.worker = kRemote});
  tell(RemoteRetires{kRemote});
  tell(VoiceLoaded{.worker = kRemote, .voice = {1}});
  tell(RemoteLost{kRemote});
  EXPECT_EQ(coordinator_->scheduler().workers(), 0U);
}

TEST_F(Faults, ASlotThatWasGivenUpIsTriedAgainOnceFaultsAreReset) {
  with({.pool = {.least = 1, .most = 1, .spare = Spare::kOff}});
  tell(Started{});
  for (int i = 0; i < 1000 && coordinator_->pool().condition() != worker_pool::Condition::kGivenUp; ++i) {
    for (const auto& spawn : take<Spawn>()) tell(WorkerEnded{.slot = spawn.slot});
    pass(1s);
  }
  ASSERT_EQ(coordinator_->pool().condition(), worker_pool::Condition::kGivenUp);
  pass(1h);
  EXPECT_TRUE(take<Spawn>().empty());
  tell(FaultsReset{});
  pass(200ms);
  EXPECT_FALSE(take<Spawn>().empty());
}

TEST_F(Faults, ATextThatEndsWorkersIsRefusedAfterAsManyAsAJobMayLose) {
  with({.pool = {.least = 1, .most = 1}});
  start();
  constexpr TextId kText = 77;
  const auto losses = Options{}.scheduling.worker_losses_per_job;
  for (std::uint32_t i = 1; i <= losses; ++i) {
    EXPECT_FALSE(coordinator_->costly_texts().refuses(kText, now_));
    tell(RequestArrived{.stream = stream(i)});
    const auto job = only<Dispatch>();
    tell(JobStarted{.job = job.job.job, .text = kText});
    for (const auto& [slot, worker] : workers_) {
      if (worker != job.job.worker) continue;
      tell(WorkerEnded{.slot = slot});
      break;
    }
    const auto blamed = only<TextBlamed>();
    EXPECT_EQ(blamed.stream, job.job.stream);
    EXPECT_EQ(blamed.losses, i);
    tell(RequestLeft{job.job.stream});
    for (const auto& again : take<Dispatch>()) tell(PlanRefused{.job = again.job.job});
    pass(100ms);
    for (const auto& spawn : take<Spawn>()) make_ready(spawn.slot);
  }
  EXPECT_TRUE(coordinator_->costly_texts().refuses(kText, now_));
  EXPECT_FALSE(coordinator_->costly_texts().refuses(kText + 1, now_));
}

TEST_F(Faults, ATextThatWasPlannedOrNotBegunOrIsReadElsewhereCostsNothing) {
  with_one();
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  tell(JobStarted{.job = job.job.job, .text = 77});
  tell(SegmentPlanned{.job = job.job.job, .grains = {200ms}, .took = 20ms});
  tell(WorkerEnded{.slot = 0});
  EXPECT_TRUE(take<TextBlamed>().empty()) << "it was planned";
  EXPECT_EQ(coordinator_->pool().slots()[0].text_ends(), 0U);
  with_one();
  (void)take<Dispatch>();
  tell(RequestArrived{.stream = stream(2)});
  (void)only<Dispatch>();
  tell(WorkerEnded{.slot = 0});
  EXPECT_TRUE(take<TextBlamed>().empty()) << "it was not begun";
  with_remote();
  (void)take<Dispatch>();
  tell(RequestArrived{.stream = stream(3)});
  tell(JobStarted{.job = only<Dispatch>().job.job, .text = 77});
  tell(RemoteLost{kRemote});
  EXPECT_TRUE(take<TextBlamed>().empty()) << "the link may have been lost";
}

TEST_F(Faults, ASlotIsNotHeldToBlameForATextThatEndedItsWorker) {
  with_one();
  tell(RequestArrived{.stream = stream(1)});
  tell(JobStarted{.job = only<Dispatch>().job.job, .text = 77});
  tell(WorkerFaulty{.slot = 0, .death = Death::kBadAnswer});
  tell(WorkerEnded{.slot = 0});
  EXPECT_EQ(coordinator_->pool().slots()[0].text_ends(), 1U);
  EXPECT_EQ(take<Spawn>().size(), 1U) << "it is used again at once";
}

}  // namespace
}  // namespace antiphon::coordinator
