#include "worker_pool/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = ActionKind;

constexpr std::uint64_t kGiB = 1ULL << 30;

class PoolTest : public testing::Test {
 protected:
  std::vector<Action> update(const Sample& sample = {}) { return pool_.update(sample, now_); }

  /// Lets `time` pass in steps of 100 ms and returns all that was decided.
  std::vector<Action> pass(base::Duration time, const Sample& sample = {}) {
    std::vector<Action> all;
    for (const auto end = now_ + time; now_ < end;) {
      now_ += 100ms;
      for (const auto& action : pool_.update(sample, now_)) all.push_back(action);
    }
    return all;
  }

  void ready(SlotIndex slot) { pool_.ready(slot, now_); }
  void ended(SlotIndex slot) { pool_.ended(slot, now_); }
  SlotState state(SlotIndex slot) { return pool_.slots()[slot].state(); }

  /// From nothing to one worker and its spare.
  void settle() {
    update();
    ready(0);
    update();
    ready(1);
    update();
  }

  /// The process dies again and again, whenever it is started, for `time`. Returns how often.
  int keep_dying(SlotIndex slot, base::Duration time) {
    int deaths = 0;
    for (const auto end = now_ + time; now_ < end; now_ += 100ms) {
      update();
      if (!pool_.slots()[slot].runs()) continue;
      ended(slot);
      ++deaths;
    }
    return deaths;
  }

  base::TimePoint now_ = base::TimePoint{} + 1h;
  Pool pool_{Options{.least = 1, .most = 3}};
};

TEST_F(PoolTest, StartsTheLeastAndThenASpare) {
  EXPECT_EQ(pool_.condition(), Condition::kStarting);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kSpawn, 0, Cause::kLeast}));
  EXPECT_THAT(update(), IsEmpty());
  ready(0);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kPromote, 0, Cause::kLeast}, Action{Kind::kSpawn, 1, Cause::kSpare}));
  EXPECT_EQ(pool_.condition(), Condition::kWell);
  ready(1);
  EXPECT_THAT(update(), IsEmpty());
  EXPECT_EQ(state(1), SlotState::kSpare);
  EXPECT_EQ(pool_.active(), 1U);
}

TEST_F(PoolTest, StartsAllOfTheLeastAtOnce) {
  pool_ = Pool({.least = 2, .most = 2, .spare = Spare::kOff});
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kSpawn, 0, Cause::kLeast}, Action{Kind::kSpawn, 1, Cause::kLeast}));
}

TEST_F(PoolTest, ALostWorkerIsReplacedByTheSpareAtOnce) {
  settle();
  pool_.killed(0, Death::kStalled);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kPromote, 1, Cause::kLost})) << "before its end is seen";
  ended(0);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kSpawn, 0, Cause::kSpare}));
  EXPECT_EQ(pool_.slots()[0].deaths(Death::kStalled), 1U);
  EXPECT_EQ(pool_.slots()[0].starts(), 2U);
}

TEST_F(PoolTest, GrowsByPromotingTheSpareAndStartingAnother) {
  settle();
  const Sample slow{.load = 0.95, .start_wait = 1s};
  EXPECT_THAT(pass(1s, slow), IsEmpty());
  EXPECT_THAT(pass(100ms, slow),
              ElementsAre(Action{Kind::kPromote, 1, Cause::kStartWait}, Action{Kind::kSpawn, 2, Cause::kSpare}));
  EXPECT_EQ(pool_.active(), 2U);
}

TEST_F(PoolTest, ASpareStandsByAndTakesJobsAtACall) {
  update();
  ready(0);
  update();
  EXPECT_FALSE(pool_.spare_wait_limit()) << "there is no spare yet";
  ready(1);
  EXPECT_TRUE(pool_.spare_wait_limit());
  EXPECT_THAT(update({.spare_requests = 1}),
              ElementsAre(Action{Kind::kPromote, 1, Cause::kNoRoom}, Action{Kind::kSpawn, 2, Cause::kSpare}));
  EXPECT_FALSE(pool_.spare_wait_limit()) << "the next one is not ready";
  ready(2);
  EXPECT_TRUE(pool_.spare_wait_limit());
  update({.spare_requests = 2});
  ready(3);
  EXPECT_EQ(pool_.active(), 3U);
  EXPECT_EQ(state(3), SlotState::kSpare);
  EXPECT_FALSE(pool_.spare_wait_limit()) << "there are as many as there may be";
}

TEST_F(PoolTest, ASpareThatTakesALostOnesPlaceIsNotOnCall) {
  settle();
  ended(0);
  EXPECT_FALSE(pool_.spare_wait_limit());
}

TEST_F(PoolTest, WithoutASpareAWorkerIsStartedAndCountsWhenItIsReady) {
  pool_ = Pool({.least = 1, .most = 2, .spare = Spare::kOff});
  update();
  ready(0);
  update();
  EXPECT_THAT(update({.refusals = 1}), ElementsAre(Action{Kind::kSpawn, 1, Cause::kRefused}));
  EXPECT_EQ(pool_.active(), 1U);
  EXPECT_THAT(pass(3s, {.start_wait = 9s, .refusals = 7}), IsEmpty());
  ready(1);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kPromote, 1, Cause::kRefused}));
}

TEST_F(PoolTest, StopsAtTheMostAndSaysSo) {
  settle();
  std::uint64_t refusals = 0;
  for (int i = 0; i < 20; ++i) {
    pass(2s, {.load = 2, .start_wait = 5s, .refusals = ++refusals});
    for (SlotIndex slot = 0; slot < pool_.slots().size(); ++slot) {
      if (state(slot) == SlotState::kStarting) ready(slot);
    }
  }
  EXPECT_EQ(pool_.active(), 3U);
  EXPECT_EQ(pool_.limit(), Limit::kWorkers);
  EXPECT_EQ(std::ranges::count(pool_.slots(), SlotState::kSpare, &Slot::state), 1);
}

TEST_F(PoolTest, ShrinksByLettingOneFinish) {
  settle();
  update({.refusals = 1});
  ready(2);
  update({.refusals = 1});
  EXPECT_EQ(pool_.active(), 2U);
  const auto actions = pass(61s, {.load = 0.1, .refusals = 1});
  EXPECT_THAT(actions, ElementsAre(Action{Kind::kRetire, 1, Cause::kLittleLoad}));
  EXPECT_EQ(state(1), SlotState::kRetiring);
  ended(1);
  EXPECT_EQ(state(1), SlotState::kEmpty) << "that is no death";
  EXPECT_THAT(update({.refusals = 1}), IsEmpty());
}

TEST_F(PoolTest, NothingMoreIsStartedWhereMemoryHasNoRoom) {
  const Sample full{.refusals = 1, .machine = {.total = 10 * kGiB, .used = 8 * kGiB}, .worker_bytes = 2 * kGiB};
  EXPECT_EQ(update(full).size(), 1U) << "the least comes in any case";
  ready(0);
  EXPECT_THAT(update(full), ElementsAre(Action{Kind::kPromote, 0, Cause::kLeast})) << "but no spare";
  Sample refused = full;
  refused.refusals = 2;
  EXPECT_THAT(update(refused), IsEmpty());
  EXPECT_EQ(pool_.limit(), Limit::kMemory);
  refused.machine.used = 7 * kGiB;
  EXPECT_THAT(pass(100ms, refused), ElementsAre(Action{Kind::kSpawn, 1, Cause::kSpare}));
}

TEST_F(PoolTest, TheDevicesMemoryCountsToo) {
  const Sample full{.refusals = 1, .device = {.total = 80 * kGiB, .used = 71 * kGiB}, .worker_device_bytes = 2 * kGiB};
  update(full);
  ready(0);
  update(full);
  Sample refused = full;
  refused.refusals = 2;
  EXPECT_THAT(update(refused), IsEmpty());
  EXPECT_EQ(pool_.limit(), Limit::kDeviceMemory);
}

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

TEST_F(PoolTest, AWorkerThatHoldsTooMuchMemoryGoesWhenItsSuccessorIsThere) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff, .worker_memory_limit = kGiB});
  update();
  ready(0);
  update();
  pool_.resident(0, kGiB / 2);
  EXPECT_THAT(pass(1s), IsEmpty());
  pool_.resident(0, 2 * kGiB);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kSpawn, 1, Cause::kSpare}));
  EXPECT_EQ(pool_.active(), 1U);
  ready(1);
  EXPECT_THAT(update(),
              ElementsAre(Action{Kind::kRetire, 0, Cause::kMemory}, Action{Kind::kPromote, 1, Cause::kMemory}));
  ended(0);
  EXPECT_THAT(pass(1s), IsEmpty());
}

TEST_F(PoolTest, WithASpareTheLargeWorkerGoesAtOnce) {
  pool_ = Pool({.least = 1, .most = 1, .worker_memory_limit = kGiB});
  settle();
  pool_.resident(0, kGiB / 2);
  pool_.resident(0, 2 * kGiB);
  EXPECT_THAT(update(), ElementsAre(Action{Kind::kRetire, 0, Cause::kMemory}, Action{Kind::kPromote, 1, Cause::kMemory},
                                    Action{Kind::kSpawn, 2, Cause::kSpare}));
}

TEST_F(PoolTest, AWorkerThatHoldsWhatAFreshOneDoesStays) {
  pool_ = Pool({.least = 1, .most = 1, .worker_memory_limit = kGiB});
  settle();
  pool_.resident(0, 2 * kGiB);
  pool_.resident(0, 2 * kGiB + kGiB / 4);
  EXPECT_THAT(pass(10s), IsEmpty());
}

TEST_F(PoolTest, WhereMemoryHasNoRoomForASuccessorTheLargeWorkerGoesFirst) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff, .worker_memory_limit = kGiB});
  update();
  ready(0);
  update();
  pool_.resident(0, kGiB / 2);
  pool_.resident(0, 9 * kGiB);
  const Sample full{.machine = {.total = 10 * kGiB, .used = 9 * kGiB}, .worker_bytes = kGiB};
  EXPECT_THAT(update(full),
              ElementsAre(Action{Kind::kRetire, 0, Cause::kMemory}, Action{Kind::kSpawn, 1, Cause::kMemory}));
}

TEST_F(PoolTest, RemembersItsLastDecisions) {
  settle();
  ASSERT_EQ(pool_.decisions().size(), 3U);
  EXPECT_EQ(pool_.decisions()[1].action, (Action{Kind::kPromote, 0, Cause::kLeast}));
  EXPECT_EQ(pool_.decisions()[1].at, now_);
  for (int i = 0; i < 100; ++i) {
    const auto worker = std::ranges::find(pool_.slots(), SlotState::kActive, &Slot::state) - pool_.slots().begin();
    ended(static_cast<SlotIndex>(worker));
    pass(61s);
    for (SlotIndex slot = 0; slot < pool_.slots().size(); ++slot) {
      if (state(slot) == SlotState::kStarting) ready(slot);
    }
    update();
  }
  EXPECT_EQ(pool_.decisions().size(), Pool::kDecisions);
  EXPECT_EQ(pool_.decided(Kind::kPromote, Cause::kLeast), 1U);
  EXPECT_EQ(pool_.decided(Kind::kPromote, Cause::kLost), 100U);
  EXPECT_EQ(pool_.decided(Kind::kRetire, Cause::kMemory), 0U);
}

TEST_F(PoolTest, KnowsHowLongAWorkerTookToBeReady) {
  pool_ = Pool({.least = 1, .most = 1, .spare = Spare::kOff});
  update();
  EXPECT_EQ(pool_.slots()[0].ready_after(), base::Duration{});
  now_ += 700ms;
  ready(0);
  EXPECT_EQ(pool_.slots()[0].ready_after(), 700ms);
  now_ += 5s;
  update();
  EXPECT_EQ(pool_.slots()[0].ready_after(), 700ms);
  ended(0);
  pass(1s);
  ASSERT_EQ(state(0), SlotState::kStarting) << "another one";
  EXPECT_EQ(pool_.slots()[0].ready_after(), base::Duration{});
}

TEST(PoolOptions, SayWhichValueIsWrong) {
  EXPECT_TRUE(Options{}.validate());
  EXPECT_FALSE((Options{.least = 0}).validate());
  EXPECT_FALSE((Options{.least = 0, .most = 0}).validate()) << "without workers there is nothing to spare";
  EXPECT_TRUE((Options{.least = 0, .most = 0, .spare = Spare::kOff}).validate());
  EXPECT_FALSE((Options{.least = 3, .most = 2}).validate());
  EXPECT_FALSE((Options{.shrink_load = 1.5}).validate());
  EXPECT_FALSE((Options{.failed_starts = 0}).validate());
  EXPECT_FALSE((Options{.stall = {.factor = 1}}).validate());
  EXPECT_EQ((Options{.memory_share = 0}).validate().error(), "memory_share must be 0.1 to 1");
}

TEST_F(PoolTest, WhereAllWorkersAreElsewhereNoneIsStarted) {
  pool_ = Pool({.least = 0, .most = 0, .spare = Spare::kOff});
  Sample crowded;
  crowded.start_wait = 5s;
  for (int i = 0; i < 100; ++i) {
    ++crowded.refusals;
    EXPECT_TRUE(update(crowded).empty());
    now_ += 100ms;
  }
  EXPECT_EQ(pool_.limit(), Limit::kWorkers);
}

}  // namespace
}  // namespace antiphon::worker_pool
