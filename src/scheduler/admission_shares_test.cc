// What one user or account may have beside the others.
#include <gtest/gtest.h>

#include "scheduler/test_admission.h"

namespace antiphon::scheduler {
namespace {

using base::Duration;
using base::StreamId;
using base::UserId;

TEST_F(AdmissionTest, AUserKeepsNoMorePlacesThanHisReserve) {
  with({});
  fill();
  const auto before = desk_->reservations();
  for (int i = 0; i < 100; ++i) ask(1);
  EXPECT_EQ(desk_->reservations(), before + Options{}.headroom_streams);
}

TEST_F(AdmissionTest, PlacesOfAUserWithStreamsDoNotCountAgainstOneWithout) {
  with({}, 2);
  while (std::holds_alternative<Admitted>(ask(1))) {
  }
  for (int i = 0; i < 100; ++i) ask(1);
  EXPECT_EQ(desk_->reservations(), Options{}.headroom_streams);
  for (std::uint64_t user = 2; user < 2 + Options{}.headroom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "user " << user;
  }
}

TEST_F(AdmissionTest, AUserWithManyStreamsLeavesRoomForThoseWhoWereHereLately) {
  const auto streams_of_the_heavy_one = [&](std::uint64_t others) {
    with({}, 4);
    last_ = 0;
    for (std::uint64_t user = 2; user < 2 + others; ++user) ask(user);
    for (std::uint64_t id = 1; id <= others; ++id) scheduler_->cancel_stream(StreamId{id}, kNow);
    EXPECT_EQ(scheduler_->accounts().between_streams(), others);
    std::uint64_t own = 0;
    while (std::holds_alternative<Admitted>(ask(1))) ++own;
    return own;
  };
  const auto alone = streams_of_the_heavy_one(0);
  const auto beside = streams_of_the_heavy_one(8);
  EXPECT_LT(beside, alone);
  EXPECT_GE(beside, 3U) << "but he leaves no more than he takes";
}

TEST_F(AdmissionTest, AUsersOwnLimitIsToldApartAndCountsWhoWaits) {
  with({.streams_per_user = 3}, 4);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(std::holds_alternative<Admitted>(ask(1)));
  const auto over = std::get<Refused>(ask(1, 10s));
  EXPECT_EQ(over.reason, RefusalReason::kUserLimit);
  EXPECT_GE(over.retry_after, 5s) << "his streams of 20 s have hardly begun";
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask(2))) << "it is his limit alone";

  fill();
  for (int i = 0; i < 3; ++i) apply(3, 60s);
  EXPECT_TRUE(desk_->poll(kNow).empty());
  EXPECT_EQ(std::get<Refused>(ask(3, 60s)).reason, RefusalReason::kUserLimit);
  EXPECT_EQ(desk_->waiting(), 3U);
}

TEST_F(AdmissionTest, AUserWithManyStreamsLeavesRoomForTheFirstStreamsOfOthers) {
  with({}, 2);
  std::uint64_t own = 0;
  while (std::holds_alternative<Admitted>(ask(1))) ++own;
  EXPECT_GE(own, 4U);
  for (std::uint64_t user = 2; user < 2 + Options{}.headroom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "R typical streams fit beside the flood";
  }
}

TEST_F(AdmissionTest, AnAccountLeavesRoomForTheFirstStreamsOfOthersHoweverManyUsersItHas) {
  with({}, 2);
  std::uint64_t own = 0;
  while (std::holds_alternative<Admitted>(ask_of(9, 100 + own))) ++own;
  EXPECT_GE(own, 4U);
  for (std::uint64_t user = 2; user < 2 + Options{}.headroom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "R typical streams fit beside the account";
  }
}

TEST_F(AdmissionTest, AUserLeavesRoomForTheOthersOfHisAccountToo) {
  with({}, 3);
  while (std::holds_alternative<Admitted>(ask_of(9, 100))) {
  }
  std::uint64_t others = 0;
  while (std::holds_alternative<Admitted>(ask_of(9, 200 + others))) ++others;
  EXPECT_GE(others, Options{}.headroom_streams);
  for (std::uint64_t user = 2; user < 2 + Options{}.headroom_streams; ++user) {
    EXPECT_TRUE(std::holds_alternative<Admitted>(ask(user))) << "and the account for other accounts";
  }
}

TEST_F(AdmissionTest, AnAccountOfMoreWeightMayHaveMoreBeforeItLeavesRoom) {
  const auto streams_of = [&](double weight) {
    with({.headroom_streams = 4}, 2);
    last_ = 0;
    std::uint64_t own = 0;
    const auto let_in = [&] {
      auto spec = stream(1);
      spec.weight = weight;
      desk_->apply(spec, 0s, kNow);
      return std::holds_alternative<Admitted>(desk_->poll(kNow).at(0));
    };
    while (let_in()) ++own;
    return own;
  };
  EXPECT_GT(streams_of(8), streams_of(1));
}

TEST_F(AdmissionTest, AnAccountsOwnLimitIsToldApartAndCountsWhoWaitsWhicheverUser) {
  with({}, 4);
  const auto capped = [&](std::uint64_t user, Duration wait) {
    auto spec = stream(user);
    spec.account = UserId{9};
    spec.max_streams = 2;
    desk_->apply(spec, wait, kNow);
    return desk_->poll(kNow);
  };
  EXPECT_EQ(admitted(capped(100, 0s)).size(), 1U);
  EXPECT_EQ(admitted(capped(101, 0s)).size(), 1U);
  const auto over = refused(capped(102, 10s));
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over.front().reason, RefusalReason::kAccountLimit);
  EXPECT_GE(over.front().retry_after, 5s) << "its streams of 20 s have hardly begun";
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask(2))) << "it is its limit alone";
  scheduler_->cancel_stream(StreamId{1}, kNow);
  fill();
  EXPECT_TRUE(capped(103, 60s).empty()) << "it waits";
  EXPECT_EQ(refused(capped(104, 60s)).size(), 1U);
}

TEST_F(AdmissionTest, StreamsInOtherCellsCountToTheLimitOfTheirAccountAlone) {
  with({}, 4);
  const auto ask_with = [&](std::uint64_t account, std::uint32_t limit, std::uint32_t elsewhere) {
    auto spec = stream(account);
    spec.max_streams = limit;
    spec.elsewhere = elsewhere;
    desk_->apply(spec, 0s, kNow);
    return desk_->poll(kNow).front();
  };
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask_with(9, 3, 2)));
  const auto over = ask_with(9, 3, 2);
  ASSERT_TRUE(std::holds_alternative<Refused>(over));
  EXPECT_EQ(std::get<Refused>(over).reason, RefusalReason::kAccountLimit);
  EXPECT_TRUE(std::holds_alternative<Refused>(ask_with(10, 3, 4'000'000'000)));
  EXPECT_GE(std::get<Refused>(ask_with(10, 3, 3)).retry_after, 1s) << "the others are heard once a second";
  EXPECT_TRUE(std::holds_alternative<Admitted>(ask_with(11, 0, 100))) << "it has no limit";
}

TEST_F(AdmissionTest, AnAccountKeepsNoMorePlacesThanItsShare) {
  with({});
  fill();
  const auto before = desk_->reservations();
  for (std::uint64_t user = 0; user < 500; ++user) ask_of(9, 10'000 + user);
  EXPECT_LE(desk_->reservations(), before + 64);
}

}  // namespace
}  // namespace antiphon::scheduler
