#include <gtest/gtest.h>

#include "cli/simulate_flags.h"
#include "config/config.h"
#include "dispatch/cell.h"
#include "scheduler/scheduler.h"
#include "simulator/scenario.h"

namespace antiphon::cli {
namespace {

// Server, simulator and tests decide alike as long as nobody sets anything: only then does the one say something about
// the other.

TEST(Defaults, OfServerConfigurationSimulatorAndTestsAreTheSame) {
  const scheduler::Options tested;
  EXPECT_EQ(config::Config{}.scheduler, tested);
  EXPECT_EQ(config::parse("", "nothing").scheduler, tested);
  EXPECT_EQ(dispatch::CellOptions{}.scheduling, tested);
  EXPECT_EQ(simulator::Scenario{}.scheduling, tested);
  EXPECT_EQ(scheduler::Scheduler(tested).options(), tested);
}

simulator::Scenario simulated(const std::string& line) {
  CLI::App app;
  SimulateFlags flags;
  flags.add_to(app);
  app.parse(line);
  return flags.scenario();
}

TEST(Defaults, OfTheCommandAreThoseOfTheSimulator) {
  const auto given = simulated("");
  const simulator::Scenario own;
  EXPECT_EQ(given.scheduling, own.scheduling);
  EXPECT_EQ(given.machine.workers, own.machine.workers);
  EXPECT_EQ(given.machine.voices, own.machine.voices);
  EXPECT_EQ(given.machine.grain, own.machine.grain);
  EXPECT_EQ(given.machine.segment_max, own.machine.segment_max);
  EXPECT_EQ(given.machine.noise, own.machine.noise);
  EXPECT_EQ(given.machine.replacement, own.machine.replacement);
  EXPECT_EQ(given.groups.front().wait, own.groups.front().wait);
  EXPECT_EQ(given.groups.front().lengths.size(), own.groups.front().lengths.size());
  EXPECT_EQ(given.duration, own.duration);
  EXPECT_EQ(given.warm_up, own.warm_up);
}

TEST(SimulateFlags, DescribeTheMachineAndTheClients) {
  using namespace std::chrono_literals;
  const auto given = simulated(
      "--workers 16 --rtf 0.2 --chunk-cost 0.04 --slow-down 10:5:2 --lengths 1:2:0.7,10:20:0.3 --retry told --wait "
      "0.5");
  EXPECT_EQ(given.machine.workers, 16U);
  EXPECT_EQ(given.machine.voices.front().ratio, 0.2);
  EXPECT_EQ(given.machine.voices.front().fixed, 40ms);
  ASSERT_EQ(given.machine.slow_downs.size(), 1U);
  EXPECT_EQ(given.machine.slow_downs.front().lasts, 5s);
  ASSERT_EQ(given.groups.front().lengths.size(), 2U);
  EXPECT_EQ(given.groups.front().lengths.back().share, 0.3);
  EXPECT_EQ(given.groups.front().retry, simulator::Retry::kWhenTold);
  EXPECT_EQ(given.groups.front().wait, 500ms);
}

TEST(SimulateFlags, WhatIsNoNumberIsSaid) {
  for (const auto* wrong : {"--lengths 5", "--lengths a:b", "--slow-down 1:2", "--slow-down 1:x:2"}) {
    EXPECT_THROW((void)simulated(wrong), std::runtime_error) << wrong;
  }
  EXPECT_THROW((void)simulated("--policy best"), CLI::ParseError);
  EXPECT_THROW((void)simulated("--load 0"), CLI::ParseError);
}

}  // namespace
}  // namespace antiphon::cli
