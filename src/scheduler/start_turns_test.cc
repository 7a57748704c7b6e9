#include "scheduler/start_turns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace antiphon::scheduler {
namespace {

using base::StreamId;
using base::UserId;

/// A queue of starts that never ends: each user has a next stream when one was begun.
class Turns {
 public:
  void come(std::uint64_t account, std::uint64_t user) {
    const StreamId id{++last_};
    whose_[id] = {account, user};
    turns_.add(UserId{account}, UserId{user}, id);
  }
  void leave(std::uint64_t account, std::uint64_t user) {
    for (const auto& [id, whose] : whose_) {
      if (whose != std::pair(account, user)) continue;
      turns_.remove(UserId{account}, UserId{user}, id);
      whose_.erase(id);
      return;
    }
  }
  /// Begins the next; returns whose it was.
  std::pair<std::uint64_t, std::uint64_t> begin(double weight = 1) {
    const auto id = turns_.front();
    EXPECT_TRUE(id.has_value());
    const auto whose = whose_.at(*id);
    turns_.remove(UserId{whose.first}, UserId{whose.second}, *id);
    turns_.take(UserId{whose.first}, UserId{whose.second}, weight);
    whose_.erase(*id);
    return whose;
  }
  StartTurns turns_;

 private:
  std::map<StreamId, std::pair<std::uint64_t, std::uint64_t>> whose_;
  std::uint64_t last_ = 0;
};

TEST(StartTurns, AccountsTakeTurnsHoweverManyUsersTheyHave) {
  Turns turns;
  for (std::uint64_t user = 1; user <= 20; ++user) turns.come(100, user);
  turns.come(200, 21);
  turns.come(200, 21);
  std::map<std::uint64_t, int> begun;
  for (int i = 0; i < 4; ++i) ++begun[turns.begin().first];
  EXPECT_EQ(begun[100], 2);
  EXPECT_EQ(begun[200], 2);
}

TEST(StartTurns, NewUsersDoNotGainTheirAccountTurns) {
  Turns turns;
  for (int i = 0; i < 30; ++i) turns.come(200, 1);
  std::map<std::uint64_t, int> begun;
  for (std::uint64_t user = 2; user < 22; ++user) {
    turns.come(100, user);  // each asks once, and never again
    ++begun[turns.begin().first];
  }
  EXPECT_LE(begun[100], begun[200] + 1);
}

TEST(StartTurns, UsersOfAnAccountTakeTurnsInItsTurns) {
  Turns turns;
  for (int i = 0; i < 10; ++i) turns.come(100, 1);
  turns.come(100, 2);
  turns.come(200, 3);
  std::vector<std::uint64_t> users;
  for (int i = 0; i < 5; ++i) users.push_back(turns.begin().second);
  const auto second = std::ranges::find(users, 2U) - users.begin();
  EXPECT_LE(second, 3) << "one start of the first user goes before, and the other account's";
}

TEST(StartTurns, AnAccountsWeightIsItsShareOfTheStarts) {
  Turns turns;
  for (int i = 0; i < 300; ++i) {
    turns.come(100, 1);
    turns.come(200, 2);
  }
  std::map<std::uint64_t, int> begun;
  for (int i = 0; i < 90; ++i) {
    const bool heavy = turns.turns_.front()->value % 2 == 1;  // of account 100
    ++begun[turns.begin(heavy ? 2 : 1).first];
  }
  EXPECT_NEAR(begun[100], 60, 2);
}

TEST(StartTurns, LeavingAndForgettingKeepTheOrder) {
  std::mt19937 random(7);
  Turns turns;
  int ready = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto account = 100 * (1 + random() % 3);
    const auto user = account + random() % 4;
    switch (random() % 4) {
      case 0:
      case 1:
        turns.come(account, user);
        break;
      case 2:
        turns.leave(account, user);
        break;
      default:
        if (turns.turns_.front()) {
          turns.begin();
          ++ready;
        }
    }
  }
  EXPECT_GT(ready, 3'000);
  while (turns.turns_.front()) turns.begin();
  for (std::uint64_t account = 100; account <= 300; account += 100) {
    for (std::uint64_t user = account; user < account + 4; ++user) {
      turns.turns_.forget_user(UserId{account}, UserId{user});
    }
    turns.turns_.forget_account(UserId{account});
  }
  turns.come(100, 100);
  EXPECT_EQ(turns.begin().first, 100U);
}

}  // namespace
}  // namespace antiphon::scheduler
