#include "scheduler/fair_queue.h"

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

Member member(const std::pair<std::uint64_t, std::uint64_t>& whose) {
  return {.account = UserId{whose.first}, .user = UserId{whose.second}};
}

/// A queue of starts that cost a turn each.
class Turns {
 public:
  StreamId come(std::uint64_t account, std::uint64_t user, double weight = 1) {
    const StreamId id{++last_};
    whose_[id] = {account, user};
    turns_.add(member({account, user}), id, 1, weight);
    return id;
  }
  void leave(std::uint64_t account, std::uint64_t user) {
    for (const auto& [id, whose] : whose_) {
      if (whose != std::pair(account, user)) continue;
      turns_.remove(member(whose), id);
      whose_.erase(id);
      return;
    }
  }
  /// Begins the next start and returns whose it was.
  std::pair<std::uint64_t, std::uint64_t> begin() {
    const auto id = turns_.front();
    EXPECT_TRUE(id.has_value());
    return begin(*id);
  }
  /// Begins that start, whether it is its turn or not.
  std::pair<std::uint64_t, std::uint64_t> begin(StreamId id) {
    const auto whose = whose_.at(id);
    turns_.serve(member(whose), id);
    whose_.erase(id);
    return whose;
  }
  FairQueue<ByTurns> turns_;

 private:
  std::map<StreamId, std::pair<std::uint64_t, std::uint64_t>> whose_;
  std::uint64_t last_ = 0;
};

TEST(FairQueue, AccountsTakeTurnsHoweverManyUsersTheyHave) {
  Turns turns;
  for (std::uint64_t user = 1; user <= 20; ++user) turns.come(100, user);
  turns.come(200, 21);
  turns.come(200, 21);
  std::map<std::uint64_t, int> begun;
  for (int i = 0; i < 4; ++i) ++begun[turns.begin().first];
  EXPECT_EQ(begun[100], 2);
  EXPECT_EQ(begun[200], 2);
}

TEST(FairQueue, NewUsersDoNotGainTheirAccountTurns) {
  Turns turns;
  for (int i = 0; i < 30; ++i) turns.come(200, 1);
  std::map<std::uint64_t, int> begun;
  for (std::uint64_t user = 2; user < 22; ++user) {
    turns.come(100, user);  // each asks once, and never again
    ++begun[turns.begin().first];
  }
  EXPECT_LE(begun[100], begun[200] + 1);
}

TEST(FairQueue, UsersOfAnAccountTakeTurnsInItsTurns) {
  Turns turns;
  for (int i = 0; i < 10; ++i) turns.come(100, 1);
  turns.come(100, 2);
  turns.come(200, 3);
  std::vector<std::uint64_t> users;
  for (int i = 0; i < 5; ++i) users.push_back(turns.begin().second);
  const auto second = std::ranges::find(users, 2U) - users.begin();
  EXPECT_LE(second, 3) << "one start of the first user goes before, and the other account's";
}

TEST(FairQueue, AnAccountsWeightIsItsShareOfTheStarts) {
  Turns turns;
  for (int i = 0; i < 300; ++i) {
    turns.come(100, 1, 2);
    turns.come(200, 2, 1);
  }
  std::map<std::uint64_t, int> begun;
  for (int i = 0; i < 90; ++i) ++begun[turns.begin().first];
  EXPECT_NEAR(begun[100], 60, 2);
}

TEST(FairQueue, AStartThatIsBegunOutOfTurnTakesItsAccountsNextTurn) {
  Turns turns;
  turns.come(100, 1);
  const auto urgent = turns.come(100, 2);
  turns.come(200, 3);
  turns.begin(urgent);
  EXPECT_EQ(turns.begin().first, 200U) << "account 100 has had a start";
  EXPECT_EQ(turns.begin().second, 1U);
}

TEST(FairQueue, LeavingGainsAndCostsNothing) {
  Turns turns;
  turns.come(200, 2);
  turns.begin();
  for (int i = 0; i < 10; ++i) turns.come(100, 1);
  for (int i = 0; i < 10; ++i) turns.leave(100, 1);
  for (int i = 0; i < 3; ++i) turns.come(200, 2);
  turns.come(100, 1);
  EXPECT_EQ(turns.begin().first, 100U);
}

TEST(FairQueue, TheLastUserThatIsForgottenTakesTheAccountAlong) {
  Turns turns;
  for (std::uint64_t user = 1; user <= 2; ++user) turns.come(100, user);
  for (int i = 0; i < 2; ++i) turns.begin();
  turns.turns_.forget(member({100, 1}));
  EXPECT_EQ(turns.turns_.accounts_known(), 1U);
  turns.come(100, 2);
  turns.turns_.forget(member({100, 2}));
  EXPECT_EQ(turns.turns_.of_account(UserId{100}), 1U) << "a user who waits is kept";
  turns.begin();
  turns.turns_.forget(member({100, 2}));
  turns.turns_.forget(member({100, 2}));
  EXPECT_EQ(turns.turns_.accounts_known(), 0U);
}

TEST(FairQueue, LeavingAndForgettingKeepTheOrder) {
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
      turns.turns_.forget(member({account, user}));
    }
  }
  turns.come(100, 100);
  EXPECT_EQ(turns.begin().first, 100U);
}

}  // namespace
}  // namespace antiphon::scheduler
