#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "simulator/results.h"
#include "simulator/simulation.h"

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;

TEST(Simulation, ServesEverybodyWhereThereIsRoom) {
  const auto result = simulate({.groups = {Group{.arrivals = Poisson{.load = 0.3}}}, .duration = 60s}, 2);
  EXPECT_EQ(result.mean("good"), 1.0);
  EXPECT_EQ(result.mean("gapless"), 1.0);
}

/// Clients that come at once, and hear so much.
Group at_once(std::uint32_t clients, base::Duration when, base::Duration audio) {
  return {.arrivals = Bursts{.size = clients, .first = when}, .lengths = {{.share = 1, .least = audio, .most = audio}}};
}

Machine exact_machine(std::uint32_t workers, double rtf) {
  Machine machine{.workers = workers, .noise = 0};
  machine.voices.front().ratio = rtf;
  return machine;
}

TEST(Simulation, EightListenersOnTwoWorkersOfRtfAFifthHearNoGap) {
  Scenario scenario{.machine = exact_machine(2, 0.2), .groups = {}, .warm_up = 0s, .duration = 30s, .length_error = 0};
  scenario.scheduling.admission = scheduler::Admission::kOff;
  for (int i = 1; i <= 8; ++i) scenario.groups.push_back(at_once(1, i * 30ms, 20s));
  const auto trace = Simulation(scenario).run();
  ASSERT_EQ(trace.requests.size(), 8U);
  for (const auto& request : trace.requests) {
    EXPECT_EQ(request.end, Request::End::kComplete);
    EXPECT_EQ(request.worst_gap, 0s);
    EXPECT_LE(request.first_audio.value_or(1h), 1s);
  }
}

TEST(Simulation, ThePlansOrderMakesANewcomerWaitWhereOursDoesNot) {
  const auto newcomers_wait = [](scheduler::Policy policy) {
    Scenario scenario{.machine = exact_machine(1, 0.1),
                      .groups = {at_once(5, 0s, 30s), at_once(1, 2s, 5s)},
                      .warm_up = 0s,
                      .duration = 30s,
                      .length_error = 0};
    scenario.scheduling.policy = policy;
    scenario.scheduling.admission = scheduler::Admission::kOff;
    return Simulation(scenario).run().requests.back().first_audio.value_or(1h);
  };
  const auto ours = newcomers_wait(scheduler::Policy::kFair);
  EXPECT_LE(ours, 600ms);
  EXPECT_GE(newcomers_wait(scheduler::Policy::kArrival), 2 * ours);
  EXPECT_GE(newcomers_wait(scheduler::Policy::kFifo), 2 * ours);
}

Trace run(Scenario scenario) { return Simulation(std::move(scenario)).run(); }

std::size_t count(const Trace& trace, Request::End end) {
  return static_cast<std::size_t>(std::ranges::count(trace.requests, end, &Request::end));
}

TEST(Pool, GrowsUnderABurstOnceItsSpareHasTakenOver) {
  const Scenario burst{.machine = {.workers = 1, .most_workers = 4},
                       .groups = {Group{.arrivals = Poisson{.per_second = 1.5}, .wait = 10s}},
                       .warm_up = 1s,
                       .duration = 60s};
  const auto grown = run(burst);
  EXPECT_GE(grown.most_workers, 2U);
  EXPECT_LE(grown.most_workers, 4U);
  EXPECT_GE(grown.growths, 1U);
  auto fixed = burst;
  fixed.machine.most_workers = 1;
  const auto alone = run(fixed);
  EXPECT_EQ(alone.most_workers, 1U);
  EXPECT_GT(count(grown, Request::End::kComplete), count(alone, Request::End::kComplete));
}

TEST(Pool, OneWorkerAndItsSpareLetAsManyInAtOnceAsTwo) {
  Scenario burst{.machine = {.workers = 1, .most_workers = 2},
                 .groups = {Group{.arrivals = Bursts{.size = 12, .first = 25s}, .wait = 0s}},
                 .duration = 60s};
  const auto with = run(burst);
  EXPECT_EQ(with.growths, 1U);
  burst.machine.workers = 2;
  const auto two = count(run(burst), Request::End::kComplete);
  EXPECT_EQ(count(with, Request::End::kComplete), two);
  burst.machine = {.workers = 1, .most_workers = 2, .spare = worker_pool::Spare::kOff};
  EXPECT_LT(count(run(burst), Request::End::kComplete), two) << "the pool hears of it too late";
  burst.machine = {.workers = 1, .most_workers = 1};
  EXPECT_LT(count(run(burst), Request::End::kComplete), two) << "the spare may not take jobs";
}

TEST(Pool, LosesNoStreamToWorkersThatAreLost) {
  const Scenario scenario{.machine = {.losses_per_hour = 120},
                          .groups = {Group{.arrivals = Poisson{.load = 0.6}, .wait = 10s}},
                          .duration = 300s};
  const auto trace = run(scenario);
  EXPECT_GT(trace.losses, 5U);
  EXPECT_EQ(count(trace, Request::End::kFailed), 0U);
  EXPECT_EQ(trace.kills, 0U);
}

TEST(Pool, KillsWhatHangsAndNothingElse) {
  const Scenario scenario{.machine = {.hang_share = 0.002},
                          .groups = {Group{.arrivals = Poisson{.load = 0.6}, .wait = 10s}}};
  const auto trace = run(scenario);
  EXPECT_GT(trace.kills, 5U);
  EXPECT_EQ(trace.wrong_kills, 0U);
  EXPECT_EQ(count(trace, Request::End::kFailed), 0U);
}

TEST(Pool, ASlowMachineCostsNoWorkerItsLife) {
  const Scenario scenario{.machine = {.slow_downs = {{.at = 60s, .lasts = 20s, .factor = 3}}},
                          .groups = {Group{.arrivals = Poisson{.load = 0.3}, .wait = 10s}}};
  const auto trace = run(scenario);
  EXPECT_LE(trace.kills, 2U) << "the first job that has become dearer may look like a fault";
  EXPECT_EQ(count(trace, Request::End::kFailed), 0U);
}

}  // namespace
}  // namespace antiphon::simulator
