// Workers that end: quarantine, longer intervals, slots that are given up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "worker_pool/pool.h"
#include "worker_pool/test_pool.h"

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Kind = ActionKind;

TEST_F(PoolTest, OneThatDiesOftenIsQuarantinedAndTriedAgainLater) {
  pool_ = Pool({.least = 1, .most = 1});
  settle();
  EXPECT_EQ(state(1), SlotState::kSpare);
  EXPECT_EQ(keep_dying(0, 50s), 4) << "the fourth death within a minute";
  EXPECT_EQ(state(0), SlotState::kQuarantined);
  EXPECT_EQ(pool_.active(), 1U) << "the spare has taken over";
  EXPECT_EQ(state(2), SlotState::kEmpty) << "and no other slot is used instead";
  pass(61s);
  EXPECT_EQ(state(0), SlotState::kStarting);
}

TEST_F(PoolTest, OneThatDiesOfTextsAndPlansOthersIsUsedAgainAtOnce) {
  pool_ = Pool({.least = 1, .most = 1});
  settle();
  for (int i = 0; i < 20; ++i) {
    const auto active = std::ranges::find(pool_.slots(), SlotState::kActive, &Slot::state);
    ASSERT_NE(active, pool_.slots().end()) << "the spare took over";
    const auto slot = static_cast<SlotIndex>(active - pool_.slots().begin());
    if (i % 3 == 0) pool_.planned(slot);  // The two take turns: each dies three times from one plan to the next.
    pool_.ended(slot, now_, Blame::kText);
    update();
    const auto starting = std::ranges::find(pool_.slots(), SlotState::kStarting, &Slot::state);
    ASSERT_NE(starting, pool_.slots().end()) << "without a pause";
    ready(static_cast<SlotIndex>(starting - pool_.slots().begin()));
    update();
  }
  EXPECT_EQ(std::ranges::count(pool_.slots(), SlotState::kQuarantined, &Slot::state), 0);
  EXPECT_EQ(pool_.condition(), Condition::kWell);
}

TEST_F(PoolTest, OneThatDiesOfEveryTextIsStartedAgainAtLongerIntervals) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff});
  const auto wait_for_start = [&] {
    const auto before = now_;
    while (update().empty()) now_ += 100ms;
    ready(0);
    update();
    return now_ - before;
  };
  std::vector<base::Duration> waits;
  for (int i = 0; i < 10; ++i) {
    waits.push_back(wait_for_start());
    pool_.ended(0, now_, Blame::kText);
  }
  EXPECT_THAT(waits, ElementsAre(0ms, 0ms, 0ms, 0ms, 0ms, 100ms, 200ms, 400ms, 800ms, 1600ms));
  EXPECT_EQ(wait_for_start(), 3200ms);
  pool_.planned(0);
  pool_.ended(0, now_, Blame::kText);
  EXPECT_EQ(wait_for_start(), 0ms) << "it can plan, so that was the text's fault";
}

TEST_F(PoolTest, OneThatDiesOfEveryTextIsQuarantined) {
  pool_ = Pool({.least = 1, .most = 1});
  settle();
  int deaths = 0;
  for (const auto end = now_ + 50s; now_ < end; now_ += 100ms) {
    update();
    if (state(0) == SlotState::kStarting) ready(0);
    if (!pool_.slots()[0].runs()) continue;
    pool_.ended(0, now_, Blame::kText);
    ++deaths;
  }
  EXPECT_EQ(deaths, 7) << "three for which the texts are to blame, and the fourth of its own";
  EXPECT_EQ(state(0), SlotState::kQuarantined);
  EXPECT_EQ(pool_.active(), 1U) << "the spare has taken over";
}

TEST_F(PoolTest, WithTwoInQuarantineThereIsOneWorkerLess) {
  pool_ = Pool({.least = 2, .most = 2});
  update();
  ready(0);
  ready(1);
  update();
  ready(2);
  update();
  EXPECT_EQ(pool_.condition(), Condition::kWell);
  keep_dying(0, 5s);
  keep_dying(1, 5s);
  EXPECT_EQ(state(0), SlotState::kQuarantined);
  EXPECT_EQ(state(1), SlotState::kQuarantined);
  EXPECT_EQ(pool_.active(), 1U);
  EXPECT_EQ(pool_.condition(), Condition::kDegraded);
  EXPECT_EQ(pool_.limit(), Limit::kFaults);
}

TEST_F(PoolTest, TheLastOneIsNotQuarantinedButStartedAgainAtLongerIntervals) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff});
  std::vector<base::Duration> waits;
  for (int i = 0; i < 9; ++i) {
    const auto before = now_;
    while (update().empty()) now_ += 100ms;
    waits.push_back(now_ - before);
    ready(0);
    update();
    ended(0);
  }
  EXPECT_THAT(waits, ElementsAre(0ms, 0ms, 100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms));
}

TEST_F(PoolTest, WhatNeverStartsIsGivenUpUntilItIsReset) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff});
  EXPECT_EQ(keep_dying(0, 10min), 10);
  EXPECT_EQ(state(0), SlotState::kGivenUp);
  EXPECT_EQ(pool_.condition(), Condition::kGivenUp);
  EXPECT_EQ(pool_.limit(), Limit::kFaults);
  pool_.reset();
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kSpawn, 0, Cause::kLeast}));
  ready(0);
  update();
  EXPECT_EQ(pool_.condition(), Condition::kWell);
}

TEST_F(PoolTest, ThatTheSystemStartsNoProcessIsNotHeldAgainstTheSlot) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff});
  int tries = 0;
  for (const auto end = now_ + 10min; now_ < end; now_ += 100ms) {
    if (update().empty()) continue;
    pool_.not_started(0, now_);
    ++tries;
  }
  EXPECT_GE(tries, 60) << "every 10 s at least";
  EXPECT_LE(tries, 70);
  EXPECT_THAT(pass(10s), ElementsAre(Action{Kind::kSpawn, 0, Cause::kLeast}));
}

}  // namespace
}  // namespace antiphon::worker_pool
