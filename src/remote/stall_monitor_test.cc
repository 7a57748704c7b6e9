#include "remote/stall_monitor.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "process/child.h"
#include "process/usage.h"
#include "runtime/manual_clock.h"
#include "runtime/task_group.h"

namespace antiphon::remote {
namespace {

using namespace std::chrono_literals;
using worker_pool::Stall;

/// Shells as worker processes, and a watch whose time is the test's.
class WorkerWatchTest : public testing::Test {
 protected:
  /// One that is watched, and what it was found guilty of.
  struct Worker {
    process::Child child;
    std::optional<Stall> stall{};
    std::unique_ptr<MonitoredWorker> watched{};
  };

  WorkerWatchTest() { tasks_.spawn(watch_.run()); }
  void TearDown() override {
    tasks_.cancel();
    context_.restart();
    context_.run();
  }

  std::unique_ptr<Worker> start(const std::string& script) {
    auto child = process::Child::spawn(context_.get_executor(), {.executable = "/bin/sh", .arguments = {"-c", script}});
    auto worker = std::make_unique<Worker>(Worker{.child = std::move(child.value())});
    worker->watched = std::make_unique<MonitoredWorker>(watch_, worker->child.pid(),
                                                        [&stall = worker->stall](Stall why) { stall = why; });
    return worker;
  }
  /// It computes without end.
  std::unique_ptr<Worker> start_busy() { return start("while :; do :; done"); }
  std::unique_ptr<Worker> start_stopped() {
    auto worker = start_busy();
    ::kill(worker->child.pid(), SIGSTOP);
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (process::is_runnable(worker->child.pid())) EXPECT_LT(std::chrono::steady_clock::now(), deadline);
    return worker;
  }

  void pass(base::Duration time) {
    for (base::Duration passed{}; passed < time; passed += worker_pool::StallDetector::kInterval) {
      clock_.advance(worker_pool::StallDetector::kInterval);
      for (int i = 0; i < 5; ++i) {
        context_.restart();
        context_.poll();
      }
    }
  }

  static wire::PlanJob job(std::uint64_t number) { return {.job = number, .wall_p95_us = 60'000}; }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  StallMonitor watch_{context_.get_executor(), clock_, {}};
  runtime::TaskGroup tasks_{context_.get_executor()};
};

TEST_F(WorkerWatchTest, AStoppedProcessThatHasAJobIsAtFaultAndASlowOneIsNot) {
  const auto stopped = start_stopped();
  const auto slow = start_busy();
  const auto idle = start_stopped();
  ASSERT_TRUE(stopped->watched->asked(job(1)));
  ASSERT_TRUE(slow->watched->asked(job(1)));
  pass(100ms);
  EXPECT_FALSE(stopped->stall);
  pass(900ms);
  EXPECT_EQ(stopped->stall, Stall::kNoProgress);
  EXPECT_FALSE(slow->stall);
  EXPECT_FALSE(idle->stall) << "nothing is expected of it";
}

TEST_F(WorkerWatchTest, WhatAnswersIsAtNothingAnyMore) {
  const auto worker = start_stopped();
  ASSERT_TRUE(worker->watched->asked(wire::Hello{}));
  worker->watched->answered(wire::Ready{});
  ASSERT_TRUE(worker->watched->asked(wire::LoadVoice{.job = 1}));
  worker->watched->answered(wire::VoiceLoaded{.job = 1});
  ASSERT_TRUE(worker->watched->asked(job(2)));
  worker->watched->answered(wire::Planned{.job = 2});
  ASSERT_TRUE(worker->watched->asked(wire::RenderJob{.job = 3, .wall_p95_us = 60'000}));
  worker->watched->answered(wire::RenderDone{.job = 3});
  ASSERT_TRUE(worker->watched->asked(job(4)));
  worker->watched->answered(wire::Failed{.job = 4});
  pass(120s);
  EXPECT_FALSE(worker->stall);
  ASSERT_TRUE(worker->watched->asked(job(5)));
  pass(1s);
  EXPECT_EQ(worker->stall, Stall::kNoProgress);
}

TEST_F(WorkerWatchTest, ItsStartAndEachLoadingHaveABudgetOfTheirOwn) {
  const auto starting = start_stopped();
  const auto loading = start_stopped();
  ASSERT_TRUE(starting->watched->asked(wire::Hello{}));
  ASSERT_TRUE(loading->watched->asked(wire::LoadVoice{.job = 1}));
  pass(59s);
  EXPECT_FALSE(starting->stall);
  EXPECT_FALSE(loading->stall);
  pass(2s);
  EXPECT_EQ(starting->stall, Stall::kLoad);
  EXPECT_EQ(loading->stall, Stall::kLoad);
}

TEST_F(WorkerWatchTest, GrainsKeepAJobAliveOfWhichNothingIsKnown) {
  const auto worker = start_stopped();
  ASSERT_TRUE(worker->watched->asked(wire::RenderJob{.job = 1}));
  pass(9s);
  worker->watched->answered(wire::GrainDone{.job = 1});
  pass(9s);
  EXPECT_FALSE(worker->stall);
  pass(2s);
  EXPECT_EQ(worker->stall, Stall::kLimit);
}

TEST_F(WorkerWatchTest, WhoCannotGetItsAnswersThroughIsNotAtFault) {
  const auto worker = start_stopped();
  ASSERT_TRUE(worker->watched->asked(job(1)));
  worker->watched->set_held_up(true);
  pass(2s);
  EXPECT_FALSE(worker->stall);
  worker->watched->set_held_up(false);
  pass(500ms);
  EXPECT_EQ(worker->stall, Stall::kNoProgress);
}

TEST_F(WorkerWatchTest, WhoIsGoneIsNotJudged) {
  const auto worker = start_stopped();
  ASSERT_TRUE(worker->watched->asked(job(1)));
  worker->watched.reset();
  pass(2s);
  EXPECT_FALSE(worker->stall);
}

TEST_F(WorkerWatchTest, ThereIsAnEndToTheJobsThatOneMayHave) {
  const auto worker = start_stopped();
  for (std::uint64_t number = 1; number <= MonitoredWorker::kMostTasks; ++number) {
    ASSERT_TRUE(worker->watched->asked(job(number)));
  }
  EXPECT_FALSE(worker->watched->asked(job(MonitoredWorker::kMostTasks + 1)));
  worker->watched->answered(wire::Planned{.job = 1});
  EXPECT_TRUE(worker->watched->asked(job(MonitoredWorker::kMostTasks + 1)));
}

}  // namespace
}  // namespace antiphon::remote
