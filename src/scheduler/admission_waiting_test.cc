// Those who wait to be let in.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "scheduler/test_admission.h"

namespace antiphon::scheduler {
namespace {

using base::StreamId;
using base::WorkerId;

TEST_F(AdmissionTest, WhoCanStillBeHeardInTimeGoesBeforeWhoCannot) {
  with({});
  fill();
  const auto stale = apply(1, 60s, kNow);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto fresh = apply(2, 60s, kNow + 1s);
  EXPECT_TRUE(desk_->poll(kNow + 1s).empty());
  const auto order = admitted_while_streams_end();
  ASSERT_EQ(order.size(), 2U);
  EXPECT_EQ(order.front(), fresh);
  EXPECT_EQ(order.back(), stale);
}

TEST_F(AdmissionTest, WhereWaitingWasInVainItIsToldAtOnce) {
  with({});
  fill();
  const auto wait = std::get<Refused>(ask(2)).retry_after + 200ms;
  const auto waiter = apply(2, wait);
  EXPECT_TRUE(desk_->poll(kNow).empty()) << "he may be let in by then";
  const auto end = kNow + wait;
  const auto told = refused(desk_->poll(end));
  ASSERT_EQ(told.size(), 1U) << "but nobody has ended";
  EXPECT_EQ(told.front().stream, waiter);
  EXPECT_TRUE(std::holds_alternative<Refused>(ask(3, wait, end))) << "the next one need not wait to hear it";
  apply(4, 60s, end);
  EXPECT_TRUE(desk_->poll(end).empty()) << "who can wait for longer may";
}

TEST_F(AdmissionTest, WhoCanWaitIsLetInWhenSomebodyLeaves) {
  with({});
  fill();
  const auto waiter = apply(1, 60s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  EXPECT_EQ(desk_->waiting(), 1U);
  ASSERT_EQ(desk_->next_poll(kNow), kNow + 100ms);
  end_streams(1, 3, kNow + 500ms);
  const auto verdicts = desk_->poll(kNow + 500ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(std::get<Admitted>(verdicts.front()).stream, waiter);
  EXPECT_EQ(std::get<Admitted>(verdicts.front()).waited, 500ms);
  EXPECT_EQ(desk_->next_poll(kNow + 500ms), std::nullopt);
}

TEST_F(AdmissionTest, WhoCannotBeServedWithinHisWaitIsToldSoAtOnce) {
  with({});
  fill();
  EXPECT_TRUE(std::holds_alternative<Refused>(ask(1, 100ms))) << "nobody ends within 100 ms";
  EXPECT_EQ(desk_->waiting(), 0U);
}

TEST_F(AdmissionTest, AClientThatLeavesWhileWaitingIsNotLetIn) {
  with({});
  const auto users = fill();
  const auto gone = apply(1, 60s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  desk_->leave(gone);
  desk_->leave(gone);
  EXPECT_EQ(desk_->waiting(), 0U);
  end_streams(1, users, kNow + 1s);
  EXPECT_TRUE(desk_->poll(kNow + 1s).empty());
  EXPECT_EQ(scheduler_->streams(), 0U);
  EXPECT_EQ(desk_->next_poll(kNow + 1s), std::nullopt);
}

TEST_F(AdmissionTest, TheQueueIsBoundedAndItsUnfairEndIsDropped) {
  with({.waiting_max = 8});
  fill();
  std::vector<Verdict> verdicts;
  const auto ask_for = [&](std::uint64_t user) {
    apply(user, 60s);
    for (const auto& verdict : desk_->poll(kNow)) verdicts.push_back(verdict);
    EXPECT_LE(desk_->waiting(), 8U);
  };
  for (int i = 0; i < 20; ++i) ask_for(1);
  const auto dropped = refused(verdicts).size();
  EXPECT_EQ(dropped, 12U);
  const auto light = last_ + 1;
  ask_for(2);
  ASSERT_EQ(refused(verdicts).size(), dropped + 1);
  EXPECT_NE(refused(verdicts).back().stream, StreamId{light}) << "a place of the user who floods it goes";
  EXPECT_EQ(refused(verdicts).back().reason, RefusalReason::kQueueFull);
  EXPECT_GT(refused(verdicts).back().retry_after, 0s);
}

TEST_F(AdmissionTest, OneUsersParallelSentencesWaitInTurnWithOthers) {
  with({});
  fill();
  std::vector<StreamId> sentences;
  for (int i = 0; i < 4; ++i) sentences.push_back(apply(1, 60s, kNow, 2s));
  const auto other = apply(2, 60s, kNow, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto order = admitted_while_streams_end();
  ASSERT_EQ(order.size(), 5U) << "none is lost: there is room for all in the end";
  EXPECT_LE(std::ranges::find(order, other) - order.begin(), 1) << "at most one sentence goes before the other user";
}

TEST_F(AdmissionTest, AFloodBeforeTheOthersComeDoesNotPushThemBack) {
  with({});
  fill();
  for (int i = 0; i < 10; ++i) apply(1, 60s, kNow, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto light = apply(2, 60s, kNow + 1s, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto order = admitted_while_streams_end();
  EXPECT_EQ(order.size(), 11U);
  EXPECT_LE(std::ranges::find(order, light) - order.begin(), 1);
}

TEST_F(AdmissionTest, AnAccountWithManyUsersWaitsInTurnWithOthers) {
  with({});
  fill();
  for (std::uint64_t user = 100; user < 106; ++user) apply_of(9, user, 60s);
  const auto other = apply(2, 60s, kNow, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  const auto order = admitted_while_streams_end();
  ASSERT_EQ(order.size(), 7U);
  EXPECT_LE(std::ranges::find(order, other) - order.begin(), 1) << "at most one of the account goes before";
}

TEST_F(AdmissionTest, WithoutWorkersItWaitsAndThenSaysSo) {
  with({}, 0);
  apply(1, 2s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  apply(2, 2s, kNow + 1s);
  EXPECT_TRUE(desk_->poll(kNow + 1s).empty());
  const auto verdicts = desk_->poll(kNow + 2s);
  const auto late = refused(verdicts);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late.front().reason, RefusalReason::kNoWorkers);
  EXPECT_GT(late.front().retry_after, 0s);
  EXPECT_LT(late.front().retry_after, AdmissionController::kNever) << "a worker is being started";
  scheduler_->add_worker(WorkerId{1});
  EXPECT_EQ(admitted(desk_->poll(kNow + 2100ms)).size(), 1U);
}

}  // namespace
}  // namespace antiphon::scheduler
