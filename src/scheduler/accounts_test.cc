#include "scheduler/accounts.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::TimePoint;
using base::UserId;

constexpr TimePoint kNow{1h};

StreamSpec stream(std::uint64_t user, std::uint64_t account) {
  return {.user = UserId{user}, .account = UserId{account}};
}

TEST(Accounts, CountsTheStreamsOfAnAccountAndOfEachUser) {
  Accounts accounts;
  accounts.enter(stream(1, 100));
  accounts.enter(stream(1, 100));
  accounts.enter(stream(2, 100));
  accounts.enter({.user = UserId{3}});
  EXPECT_EQ(accounts.streams_of_account(UserId{100}), 3U);
  EXPECT_EQ(accounts.streams_of_user(UserId{1}), 2U);
  EXPECT_EQ(accounts.streams_of_account(UserId{3}), 1U) << "a user without an account is one";
  EXPECT_EQ(accounts.users_of(UserId{100}), 2U);
  accounts.leave(stream(1, 100), kNow);
  EXPECT_EQ(accounts.streams_of_account(UserId{100}), 2U);
  EXPECT_EQ(accounts.streams_of_user(UserId{1}), 1U);
  EXPECT_EQ(accounts.users_between_streams(UserId{100}), 0U);
  accounts.leave(stream(1, 100), kNow);
  EXPECT_EQ(accounts.users_between_streams(UserId{100}), 1U);
  EXPECT_EQ(accounts.between_streams(), 0U);
}

TEST(Accounts, RemembersThemForAWhile) {
  Accounts accounts;
  accounts.enter(stream(1, 100));
  accounts.enter(stream(2, 100));
  accounts.charge(UserId{1}, 3s);
  accounts.leave(stream(1, 100), kNow);
  accounts.leave(stream(2, 100), kNow + 1s);
  EXPECT_EQ(accounts.between_streams(), 1U);
  EXPECT_TRUE(accounts.forget_idle(kNow + 9s, 10s).empty());
  EXPECT_EQ(accounts.served(UserId{1}), 3s);

  const auto first = accounts.forget_idle(kNow + 10s, 10s);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first.front().user, UserId{1});
  EXPECT_EQ(accounts.users_of(UserId{100}), 1U);
  EXPECT_EQ(accounts.served(UserId{1}), 0s);

  const auto second = accounts.forget_idle(kNow + 11s, 10s);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(accounts.between_streams(), 0U);
  EXPECT_EQ(accounts.users_of(UserId{100}), 0U);
}

TEST(Accounts, WhoComesBackInTimeIsNotForgotten) {
  Accounts accounts;
  accounts.enter(stream(1, 100));
  accounts.leave(stream(1, 100), kNow);
  accounts.enter(stream(1, 100));
  EXPECT_EQ(accounts.between_streams(), 0U);
  EXPECT_TRUE(accounts.forget_idle(kNow + 1h, 10s).empty());
  accounts.leave(stream(1, 100), kNow + 1h);
  EXPECT_TRUE(accounts.forget_idle(kNow + 1h, 10s).empty()) << "it ended this moment";
}

TEST(Accounts, StartTagsOfAnAccountAreSpacedAndNeverInThePast) {
  Accounts accounts;
  accounts.enter(stream(1, 100));
  accounts.enter(stream(2, 100));
  EXPECT_EQ(accounts.take_start_tag(stream(1, 100), kNow, 50ms), kNow);
  EXPECT_EQ(accounts.take_start_tag(stream(2, 100), kNow, 50ms), kNow + 50ms) << "of whichever user";
  EXPECT_EQ(accounts.take_start_tag(stream(2, 100), kNow + 1s, 50ms), kNow + 1s);
}

TEST(Accounts, CountsThoseThatWait) {
  Accounts accounts;
  accounts.enter(stream(1, 100));
  accounts.enter(stream(2, 100));
  accounts.enter(stream(3, 200));
  accounts.begin_waiting(stream(1, 100));
  accounts.begin_waiting(stream(2, 100));
  accounts.begin_waiting(stream(3, 200));
  EXPECT_EQ(accounts.waiting(), 2U);
  accounts.end_waiting(stream(1, 100));
  EXPECT_EQ(accounts.waiting(), 2U);
  accounts.end_waiting(stream(2, 100));
  EXPECT_EQ(accounts.waiting(), 1U);
}

}  // namespace
}  // namespace antiphon::scheduler
