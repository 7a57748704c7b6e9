#include "worker_pool/stall_detector.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace antiphon::worker_pool {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::WorkerId;

/// Workers that compute or do not, and a judge who looks every 25 ms.
class StallJudgeTest : public testing::Test {
 protected:
  struct Process {
    Duration cpu{};
    double speed = 1;  ///< Processor time per time.
    bool runnable = true;
  };

  void begin(std::uint64_t worker, Duration wall_p95, Duration cpu_p95) {
    judge_.begin(WorkerId{worker}, {.wall_p95 = wall_p95, .cpu_p95 = cpu_p95}, processes_[worker].cpu, now_);
  }
  void begin(std::uint64_t worker) { begin(worker, 60ms, 60ms); }

  /// Lets `time` pass, up to the first verdicts.
  std::vector<StallDetector::Verdict> pass(Duration time) {
    for (const auto end = now_ + time; now_ < end;) {
      now_ += StallDetector::kInterval;
      std::vector<StallDetector::Reading> readings;
      for (auto& [worker, process] : processes_) {
        process.cpu +=
            Duration(static_cast<std::int64_t>(static_cast<double>(StallDetector::kInterval.count()) * process.speed));
        readings.push_back({.worker = WorkerId{worker}, .cpu = process.cpu, .runnable = process.runnable});
      }
      if (auto verdicts = judge_.judge(readings, now_); !verdicts.empty()) return verdicts;
    }
    return {};
  }

  static Process stopped() { return {.cpu = 5s, .speed = 0, .runnable = false}; }

  StallDetector judge_{StallOptions{}};
  std::map<std::uint64_t, Process> processes_{{1, {}}, {2, {}}, {3, {}}};
  base::TimePoint now_ = base::TimePoint{} + 1h;
};

TEST_F(StallJudgeTest, AStoppedProcessIsAtFaultWhenItsTimeIsUp) {
  processes_[1] = stopped();
  begin(1);
  begin(2);
  EXPECT_TRUE(pass(100ms).empty());
  judge_.end(WorkerId{2});
  const auto verdicts = pass(100ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].worker, WorkerId{1});
  EXPECT_EQ(verdicts[0].stall, Stall::kNoProgress);
  EXPECT_EQ(verdicts[0].after, 125ms) << "the first look after twice 60 ms";
  EXPECT_TRUE(judge_.idle()) << "it is judged once";
}

TEST_F(StallJudgeTest, AProcessElsewhereHasItsTimeWhileItsLinkLives) {
  judge_.begin(WorkerId{1}, {.wall_p95 = 60ms}, 0s, now_);
  processes_[1] = {.speed = 0, .runnable = true};
  EXPECT_TRUE(pass(5s).empty());
  processes_[1].runnable = false;
  const auto verdicts = pass(200ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].stall, Stall::kNoProgress);
}

TEST_F(StallJudgeTest, AProcessThatStopsInTheMiddleIsAtFaultAWindowLater) {
  begin(1);
  EXPECT_TRUE(pass(100ms).empty());
  processes_[1].speed = 0;
  processes_[1].runnable = false;
  EXPECT_TRUE(pass(75ms).empty());
  const auto verdicts = pass(100ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].after, 200ms);
}

TEST_F(StallJudgeTest, AProcessThatTheMachineDoesNotRunIsNotAtFault) {
  processes_[1] = {.speed = 0, .runnable = true};
  begin(1);
  EXPECT_TRUE(pass(5s).empty());
  processes_[1].speed = 0.05;  // it gets a twentieth of a processor
  EXPECT_TRUE(pass(1s).empty());
}

TEST_F(StallJudgeTest, AProcessThatComputesForTwiceAsLongAsSuchJobsTakeIsAtFault) {
  begin(1);
  const auto verdicts = pass(1s);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].stall, Stall::kOverdone);
  EXPECT_EQ(verdicts[0].after, 125ms);
}

TEST_F(StallJudgeTest, WhoComesAfterOneThatComputedTooLongIsGivenMoreTime) {
  begin(1);
  EXPECT_EQ(pass(1s).size(), 1U);
  begin(2);
  const auto verdicts = pass(1s);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].after, 200ms) << "1.5 times twice 60 ms, and a look later";
}

TEST_F(StallJudgeTest, WithoutAnEstimateOnlyTheLimitCounts) {
  begin(1, {}, {});
  EXPECT_TRUE(pass(9s).empty());
  judge_.progress(WorkerId{1}, now_);
  EXPECT_TRUE(pass(9s).empty());
  const auto verdicts = pass(2s);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].stall, Stall::kLimit);
}

TEST_F(StallJudgeTest, WithoutAnEstimateOfProcessorTimeThatIsNoFault) {
  begin(1, 60ms, {});
  EXPECT_TRUE(pass(9s).empty());
}

TEST_F(StallJudgeTest, NothingIsLateBeforeTheFloor) {
  processes_[1] = stopped();
  begin(1, 2ms, 2ms);
  EXPECT_TRUE(pass(100ms).empty());
  EXPECT_EQ(pass(25ms).size(), 1U);
}

TEST_F(StallJudgeTest, ALoadingHasABudgetOfItsOwn) {
  processes_[1] = stopped();
  judge_.begin(WorkerId{1}, {.task = StallDetector::Task::kLoad}, 5s, now_);
  EXPECT_TRUE(pass(60s).empty());
  const auto verdicts = pass(25ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].stall, Stall::kLoad);
}

TEST_F(StallJudgeTest, WhereMostAreLateTheEstimateIsRaisedAndNobodyKilled) {
  begin(1);
  begin(2);
  EXPECT_TRUE(pass(400ms).empty()) << "two of three compute for six times as long as expected";
  EXPECT_GT(judge_.raised(), 1.0);
  EXPECT_GE(judge_.raises(), 1U);
  judge_.end(WorkerId{1});
  judge_.end(WorkerId{2});
  begin(3);
  EXPECT_TRUE(pass(125ms).empty()) << "the raised estimate holds for the next jobs";
  judge_.end(WorkerId{3});
  pass(60s);
  EXPECT_EQ(judge_.raised(), 1.0) << "and is lowered again";
}

TEST_F(StallJudgeTest, WhereMostAreLateAStoppedOneIsKilledAfterALongerLook) {
  processes_[1] = stopped();
  begin(1);
  begin(2);
  EXPECT_TRUE(pass(475ms).empty());
  const auto verdicts = pass(100ms);
  ASSERT_EQ(verdicts.size(), 1U);
  EXPECT_EQ(verdicts[0].worker, WorkerId{1});
  EXPECT_EQ(verdicts[0].after, 500ms);
}

TEST_F(StallJudgeTest, ALoneWorkerIsNotMostOfThem) {
  processes_ = {{1, stopped()}};
  begin(1);
  EXPECT_EQ(pass(200ms).size(), 1U);
}

TEST_F(StallJudgeTest, TimeInWhichTheJudgeDidNotLookIsNobodysFault) {
  processes_[1] = stopped();
  begin(1);
  EXPECT_TRUE(pass(50ms).empty());
  now_ += 30s;  // the machine slept
  EXPECT_TRUE(pass(25ms).empty());
  const auto verdicts = pass(1s);
  ASSERT_EQ(verdicts.size(), 1U) << "it is still stopped";
  EXPECT_LT(verdicts[0].after, 200ms);
}

class WallRuleTest : public StallJudgeTest {
 protected:
  WallRuleTest() { judge_ = StallDetector(StallOptions{.rule = KillRule::kWall}); }
};

TEST_F(WallRuleTest, WhoIsLateIsKilledWhateverTheReason) {
  processes_[1] = {.speed = 0, .runnable = true};
  begin(1);
  begin(2);
  const auto verdicts = pass(1s);
  ASSERT_EQ(verdicts.size(), 2U) << "even where most are late";
  EXPECT_EQ(verdicts[0].stall, Stall::kLate);
  EXPECT_EQ(verdicts[0].after, 125ms);
}

}  // namespace
}  // namespace antiphon::worker_pool
