#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/channel.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/log.h"
#include "runtime/manual_clock.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"

namespace antiphon::runtime {
namespace {

using namespace std::chrono_literals;

class Runtime : public testing::Test {
 protected:
  void settle() {
    io_.restart();
    while (io_.poll() > 0) {
    }
  }
  void advance(base::Duration by) {
    clock_.advance(by);
    settle();
  }

  boost::asio::io_context io_;
  ManualClock clock_;
  TaskGroup tasks_{io_.get_executor()};
  std::vector<std::string> seen_;
};

Awaitable<> sleeper(Clock& clock, base::Duration duration, std::string name, std::vector<std::string>& seen) {
  const bool due = co_await sleep_for(clock, duration);
  seen.push_back(name + (due ? " due" : " cancelled"));
}

Awaitable<> joiner(TaskGroup& group, std::vector<std::string>& seen) {
  co_await group.join();
  seen.emplace_back("joined");
}

TEST_F(Runtime, SleepersWakeInTheOrderOfTheirTimes) {
  tasks_.spawn(sleeper(clock_, 30ms, "late", seen_));
  tasks_.spawn(sleeper(clock_, 10ms, "early", seen_));
  settle();
  advance(9ms);
  EXPECT_TRUE(seen_.empty());
  advance(1ms);
  EXPECT_EQ(seen_, (std::vector<std::string>{"early due"}));
  advance(1s);
  EXPECT_EQ(seen_, (std::vector<std::string>{"early due", "late due"}));
  EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(Runtime, ASleepThatIsAlreadyDueEndsWithoutAdvance) {
  tasks_.spawn(sleeper(clock_, 0ms, "now", seen_));
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"now due"}));
}

// A cancellation from outside of the loop may not refer to what has ended when the loop runs.
TEST_F(Runtime, ATaskMayEndBetweenItsCancellationAndTheNextRunOfTheLoop) {
  TaskGroup ending(io_.get_executor());
  ending.spawn(sleeper(clock_, 10ms, "a", seen_));
  settle();
  clock_.advance(10ms);
  ending.cancel();
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"a due"}));
  EXPECT_EQ(ending.size(), 0U);
}

TEST_F(Runtime, CancelEndsTasksAndRefusesNewOnes) {
  tasks_.spawn(sleeper(clock_, 1h, "a", seen_));
  settle();
  tasks_.cancel();
  EXPECT_FALSE(tasks_.spawn(sleeper(clock_, 1h, "b", seen_)));
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"a cancelled"}));
  EXPECT_EQ(tasks_.size(), 0U);
  EXPECT_EQ(clock_.pending(), 0U);
}

TEST_F(Runtime, JoinOfACancelledParentCancelsTheChildrenAndStillWaits) {
  TaskGroup children(io_.get_executor());
  Event release(io_.get_executor());
  children.spawn(sleeper(clock_, 1h, "child", seen_));
  children.spawn([](Event& event, std::vector<std::string>& seen) -> Awaitable<> {
    co_await event.wait();
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
    co_await event.wait();
    seen.emplace_back("slow child");
  }(release, seen_));
  tasks_.spawn(joiner(children, seen_));
  settle();
  tasks_.cancel();
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"child cancelled"}));
  release.set();
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"child cancelled", "slow child", "joined"}));
}

TEST_F(Runtime, AnOperationAfterCancellationReportsItAtOnce) {
  tasks_.spawn([](Clock& clock, std::vector<std::string>& seen) -> Awaitable<> {
    co_await sleep_for(clock, 1h);
    seen.emplace_back(co_await sleep_for(clock, 1h) ? "slept" : "refused");
  }(clock_, seen_));
  settle();
  tasks_.cancel();
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"refused"}));
}

TEST_F(Runtime, AnExceptionEndsOnlyItsTask) {
  set_log_level(LogLevel::kOff);
  tasks_.spawn([]() -> Awaitable<> {
    throw std::runtime_error("broken");
    co_return;
  }());
  tasks_.spawn(sleeper(clock_, 1ms, "other", seen_));
  settle();
  advance(1ms);
  set_log_level(LogLevel::kInfo);
  EXPECT_EQ(seen_, (std::vector<std::string>{"other due"}));
}

TEST(TaskGroupDeath, DestroyedWithTasksIsABrokenInvariant) {
  EXPECT_DEATH(
      {
        boost::asio::io_context io;
        ManualClock clock;
        std::vector<std::string> seen;
        TaskGroup group(io.get_executor());
        group.spawn(sleeper(clock, 1h, "a", seen));
      },
      "before its tasks were joined");
}

Awaitable<> race(Clock& clock, base::Duration work, base::Duration limit, std::vector<std::string>& seen) {
  const bool done = co_await run_until(clock, clock.now() + limit, sleeper(clock, work, "work", seen));
  seen.emplace_back(done ? "in time" : "too late");
}

TEST_F(Runtime, ADeadlineCancelsTheWorkItGaveUpOn) {
  tasks_.spawn(race(clock_, 20ms, 10ms, seen_));
  settle();
  advance(10ms);
  EXPECT_EQ(seen_, (std::vector<std::string>{"work cancelled", "too late"}));
  EXPECT_EQ(clock_.pending(), 0U);
}

TEST_F(Runtime, WorkThatEndsBeforeItsDeadlineLeavesNoTimer) {
  tasks_.spawn(race(clock_, 5ms, 10ms, seen_));
  settle();
  advance(5ms);
  EXPECT_EQ(seen_, (std::vector<std::string>{"work due", "in time"}));
  EXPECT_EQ(clock_.pending(), 0U);
}

Awaitable<> produce(BoundedChannel<int>& channel, int count, std::size_t cost, std::vector<std::string>& seen) {
  for (int i = 0; i < count; ++i) {
    if (!co_await channel.push(i, cost)) {
      seen.emplace_back("refused");
      co_return;
    }
    seen.push_back("pushed " + std::to_string(i));
  }
  channel.close();
}

Awaitable<> consume(BoundedChannel<int>& channel, std::vector<std::string>& seen) {
  while (const auto item = co_await channel.pop()) seen.push_back("popped " + std::to_string(*item));
  seen.emplace_back("end");
}

TEST_F(Runtime, AFullChannelHoldsItsWriterBack) {
  BoundedChannel<int> channel(io_.get_executor(), 10);
  tasks_.spawn(produce(channel, 3, 5, seen_));
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"pushed 0", "pushed 1"}));
  EXPECT_FALSE(channel.try_push(9, 1));
  EXPECT_EQ(channel.try_pop(), 0);
  settle();
  EXPECT_EQ(seen_.back(), "pushed 2");
  seen_.clear();
  tasks_.spawn(consume(channel, seen_));
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"popped 1", "popped 2", "end"}));
}

TEST_F(Runtime, AnItemDearerThanTheChannelGoesAlone) {
  BoundedChannel<int> channel(io_.get_executor(), 4);
  EXPECT_TRUE(channel.try_push(1, 100));
  EXPECT_FALSE(channel.try_push(2, 1));
  EXPECT_EQ(channel.try_pop(), 1);
  EXPECT_TRUE(channel.try_push(2, 1));
}

TEST_F(Runtime, AnAbandonedChannelFreesBothSides) {
  BoundedChannel<int> channel(io_.get_executor(), 1);
  tasks_.spawn(produce(channel, 2, 1, seen_));
  settle();
  channel.abandon();
  tasks_.spawn(consume(channel, seen_));
  settle();
  EXPECT_EQ(seen_, (std::vector<std::string>{"pushed 0", "refused", "end"}));
  EXPECT_EQ(tasks_.size(), 0U);
}

Awaitable<> add_on_strand(ThreadPool::Strand strand, std::thread::id loop, int& sum, int times) {
  for (int i = 0; i < times; ++i) {
    const auto elsewhere = co_await run_on(strand, [&sum] {
      ++sum;  // unguarded: the strand is what keeps the tasks apart
      return std::this_thread::get_id();
    });
    EXPECT_NE(elsewhere, loop);
    EXPECT_EQ(std::this_thread::get_id(), loop);
  }
}

TEST_F(Runtime, AStrandRunsElsewhereAndOneAtATime) {
  ThreadPool pool(4);
  const auto strand = pool.make_strand();
  int sum = 0;
  for (int task = 0; task < 8; ++task) tasks_.spawn(add_on_strand(strand, std::this_thread::get_id(), sum, 50));
  io_.run();
  EXPECT_EQ(sum, 400);
}

TEST_F(Runtime, AnExceptionOfAStrandFunctionComesBack) {
  ThreadPool pool(1);
  tasks_.spawn([](ThreadPool::Strand strand, std::vector<std::string>& seen) -> Awaitable<> {
    try {
      co_await run_on(strand, []() -> int { throw std::runtime_error("encoder"); });
    } catch (const std::runtime_error& e) {
      seen.emplace_back(e.what());
    }
  }(pool.make_strand(), seen_));
  io_.run();
  EXPECT_EQ(seen_, (std::vector<std::string>{"encoder"}));
}

TEST_F(Runtime, AFunctionOnAStrandOutlastsTheCancellationOfItsCaller) {
  ThreadPool pool(1);
  bool ran = false;
  tasks_.spawn([](ThreadPool::Strand strand, bool& flag) -> Awaitable<> {
    co_await run_on(strand, [&flag] { flag = true; });
  }(pool.make_strand(), ran));
  tasks_.cancel();
  io_.run();
  EXPECT_TRUE(ran);
}

TEST_F(Runtime, TheSystemClockRunsAndItsTimersFire) {
  SystemClock clock;
  const auto before = clock.now();
  tasks_.spawn(sleeper(clock, 1ms, "real", seen_));
  io_.run();
  EXPECT_EQ(seen_, (std::vector<std::string>{"real due"}));
  EXPECT_GE(clock.now() - before, 1ms);
}

}  // namespace
}  // namespace antiphon::runtime
