#include "worker_pool/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "worker_pool/test_pool.h"

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = ActionKind;

constexpr std::uint64_t kGiB = 1ULL << 30;

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
