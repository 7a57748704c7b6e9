// Requests and their jobs.
#include "coordinator/coordinator.h"

#include <gtest/gtest.h>

#include "coordinator/test_performer.h"

namespace antiphon::coordinator {
namespace {

class Requests : public CoordinatorTest {
 protected:
  void SetUp() override {
    with({.pool = {.least = 1, .most = 1, .spare = worker_pool::Spare::kOff}, .pool_interval = 0s});
    start();
  }
};

TEST_F(Requests, OneIsAdmittedPlannedRenderedAndDone) {
  tell(RequestArrived{.stream = stream(1)});
  EXPECT_EQ(only<Admitted>().verdict.stream, base::StreamId{1});
  const auto planning = only<Dispatch>();
  EXPECT_EQ(planning.job.kind, scheduler::JobKind::kPlan);
  EXPECT_EQ(planning.max_delay, 0s) << "nobody hears it yet";
  EXPECT_EQ(planning.streams, 1U);
  plan(planning, 10);
  std::uint32_t grains = 0;
  while (grains < 10) {
    const auto rendering = only<Dispatch>();
    ASSERT_EQ(rendering.job.kind, scheduler::JobKind::kRender);
    EXPECT_EQ(rendering.job.first_grain, grains);
    grains += rendering.job.grains;
    ASSERT_GT(rendering.job.grains, 0U);
    render(rendering);
  }
  EXPECT_EQ(only<StreamDone>().stream, base::StreamId{1});
  EXPECT_TRUE(commands_.size() <= 1U) << "nothing but the promotion of the worker is left";
  EXPECT_EQ(coordinator_->open_requests(), 0U);
}

TEST_F(Requests, AStartedStreamLetsItsJobsWaitAsLongAsItHasAudio) {
  tell(RequestArrived{.stream = stream(1)});
  plan(only<Dispatch>(), 20);
  render(only<Dispatch>());
  const auto next = only<Dispatch>();
  const auto underrun_at = coordinator_->scheduler().playback(base::StreamId{1})->underrun_at();
  ASSERT_TRUE(underrun_at);
  EXPECT_EQ(next.max_delay, *underrun_at - now_ - coordinator_->scheduler().options().guard);
  EXPECT_GT(next.max_delay, 0s);
}

TEST_F(Requests, OneBeyondTheRoomIsRefusedAtOnceAndOneThatCanWaitIsAdmittedWhenThereIsRoom) {
  std::uint64_t admitted = 0;
  for (std::uint64_t id = 1; take<Refused>().empty(); ++id) {
    tell(RequestArrived{.stream = stream(id, 20s)});
    admitted += take<Admitted>().size();
    ASSERT_LT(id, 100U);
  }
  EXPECT_GT(admitted, 2U);
  tell(RequestArrived{.stream = stream(1000, 20s), .wait = 60s});
  EXPECT_TRUE(take<Refused>().empty());
  EXPECT_EQ(coordinator_->admission().waiting(), 1U);
  EXPECT_LE(coordinator_->next_wakeup().value_or(now_ + 1h), now_ + 100ms);
  for (std::uint64_t id = 1; id <= admitted; ++id) tell(RequestLeft{base::StreamId{id}});
  EXPECT_EQ(only<Admitted>().verdict.stream, base::StreamId{1000});
}

TEST_F(Requests, OneThatHasWaitedItsTimeIsRefusedByATick) {
  with({.pool = {.least = 1, .most = 1, .spare = worker_pool::Spare::kOff}});
  tell(RequestArrived{.stream = stream(1), .wait = 1s});
  pass(900ms);
  EXPECT_TRUE(take<Refused>().empty());
  pass(200ms);
  EXPECT_EQ(only<Refused>().verdict.reason, scheduler::RefusalReason::kNoWorkers);
}

TEST_F(Requests, AClientThatLeavesHearsNothingMoreAndItsJobIsCancelledOnce) {
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  tell(RequestLeft{base::StreamId{1}});
  EXPECT_EQ(only<CancelJob>().job, job.job.job);
  plan(job, 0);
  tell(RequestLeft{base::StreamId{1}});
  EXPECT_TRUE(take<StreamDone>().empty());
  EXPECT_TRUE(take<StreamFailed>().empty());
  EXPECT_TRUE(take<CancelJob>().empty());
}

TEST_F(Requests, AVerdictForAClientThatHasLeftIsDropped) {
  Options options{.pool = {.least = 1, .most = 1, .spare = worker_pool::Spare::kOff}};
  options.scheduling.streams_per_user = 1;
  with(options);
  start();
  tell(RequestArrived{.stream = stream(1)});
  auto second = stream(2);
  second.user = base::UserId{1};
  coordinator_->post(RequestArrived{.stream = second});
  coordinator_->post(RequestLeft{second.id});
  settle();
  EXPECT_TRUE(take<Refused>().empty());
  EXPECT_EQ(coordinator_->open_requests(), 1U);
}

TEST_F(Requests, AJobThatFailsFailsItsStreamAndAPlanThatIsRefusedIsPlannedAgain) {
  tell(RequestArrived{.stream = stream(1)});
  tell(PlanRefused{.job = only<Dispatch>().job.job});
  const auto again = only<Dispatch>();
  EXPECT_EQ(again.job.kind, scheduler::JobKind::kPlan);
  tell(JobFailed{.job = again.job.job});
  const auto failed = only<StreamFailed>();
  EXPECT_EQ(failed.stream, base::StreamId{1});
  EXPECT_EQ(failed.reason, scheduler::FailureReason::kJobFailed);
  EXPECT_EQ(coordinator_->scheduler().jobs_in_flight(), 0U);
}

TEST_F(Requests, AStreamThatAwaitsTextIsPlannedWhenSomeComesAndDoneWhenNoneIsLeft) {
  auto spec = stream(1);
  spec.awaits_text = true;
  tell(RequestArrived{.stream = spec});
  EXPECT_EQ(take<Admitted>().size(), 1U);
  EXPECT_TRUE(take<Dispatch>().empty());
  tell(TextArrived{.stream = spec.id, .expected = 1s});
  const auto job = only<Dispatch>();
  tell(SegmentPlanned{.job = job.job.job, .awaits_text = true, .took = 20ms});
  EXPECT_TRUE(take<StreamDone>().empty());
  tell(TextEnded{spec.id});
  EXPECT_EQ(take<StreamDone>().size(), 1U);
}

TEST_F(Requests, ABlockedStreamGetsNoJobUntilItsBuffersAreTaken) {
  tell(RequestArrived{.stream = stream(1)});
  const auto job = only<Dispatch>();
  tell(StreamBlocked{base::StreamId{1}});
  plan(job, 5);
  EXPECT_TRUE(take<Dispatch>().empty());
  tell(StreamUnblocked{.stream = base::StreamId{1}, .taken = 0s});
  EXPECT_EQ(take<Dispatch>().size(), 1U);
}

}  // namespace
}  // namespace antiphon::coordinator
