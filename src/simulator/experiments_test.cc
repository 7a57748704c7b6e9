#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "simulator/capacity.h"
#include "simulator/study.h"

// The experiments of docs/scheduler.md, with wide margins. `antiphon simulate --scenario NAME` shows the figures.

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;
using scheduler::Admission;
using scheduler::Policy;

constexpr Variant kFair{};
constexpr std::array kAll = {Variant{Policy::kFifo, Admission::kOff},    Variant{Policy::kRoundRobin, Admission::kOff},
                             Variant{Policy::kArrival, Admission::kOff}, Variant{Policy::kEdf, Admission::kOff},
                             Variant{Policy::kEdf, Admission::kOn},      kFair};

/// By label, then by series.
using Table = std::map<std::string, std::map<std::string, Result>>;

Table results(std::string_view name, const Scenario& base, std::span<const Variant> variants, std::uint32_t runs,
              std::span<const double> axis = {}) {
  const auto study = plan(name, base, variants, axis);
  EXPECT_TRUE(study.has_value()) << name;
  EXPECT_TRUE(study->validate().has_value()) << study->validate().error();
  Table table;
  for (auto& outcome : run(*study, runs)) table[outcome.point.label][outcome.point.series] = std::move(outcome.result);
  return table;
}

Scenario cell(std::uint32_t workers, base::Duration duration) {
  Scenario scenario{.duration = duration};
  scenario.machine.workers = workers;
  return scenario;
}

void expect_promises_kept(const Result& ours) {
  EXPECT_EQ(ours.mean("gapless"), 1.0) << "of the admitted";
  EXPECT_EQ(ours.mean("failed"), 0.0);
}

/// The first group's users are served well beside another that asks for all there is, which they would not be
/// otherwise.
void expect_light_users_served(const std::map<std::string, Result>& series, double utilisation) {
  const auto& ours = series.at("fair");
  expect_promises_kept(ours);
  EXPECT_GE(ours.mean_of(0, "good"), 0.95);
  EXPECT_GE(ours.mean_of(0, "worst_user"), 0.9);
  EXPECT_GE(find(ours.machine, "utilisation").mean, utilisation) << "and the heavy one gets the rest";
  EXPECT_LE(series.at("fifo").mean_of(0, "good"), 0.5);
  EXPECT_LE(series.at("arrival").mean_of(0, "good"), 0.5);
}

class Load : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Load, OursServesAllThatCanBeServedWhereTheBaselinesCollapse) {
  const auto workers = GetParam();
  const auto table = results("load", cell(workers, workers > 2 ? 150s : 600s), kAll, 3);
  ASSERT_EQ(table.size(), 3U);
  for (const auto& [label, series] : table) {
    SCOPED_TRACE("load " + label);
    const double load = std::stod(label);
    const auto& ours = series.at("fair");
    expect_promises_kept(ours);
    if (load < 1) {
      EXPECT_GE(ours.mean("good"), 0.99);
    } else {
      EXPECT_GE(ours.mean("good"), std::min(0.95, 1 / load) - 0.03);
      EXPECT_LE(ours.mean("first_audio_p50"), 0.8);
    }
    if (load > 1.2) {
      for (const auto* baseline : {"fifo", "rr", "arrival", "edf"}) {
        EXPECT_LE(series.at(baseline).mean("good"), 0.3) << baseline;
      }
    }
    for (const auto& [name, result] : series) {
      EXPECT_GE(ours.mean("good"), result.mean("good") - 0.03) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, Load, testing::Values(2U, 16U));

TEST(Experiments, NeitherHeavyNorLightLoadIsLostOnWhoIsRefusedAndNeverComesBack) {
  const std::array loads = {2.0, 3.0};
  for (const auto& [label, series] : results("load", cell(2, 300s), {&kFair, 1}, 3, loads)) {
    SCOPED_TRACE("load " + label);
    expect_promises_kept(series.at("fair"));
    EXPECT_GE(series.at("fair").mean("good"), 1 / std::stod(label) - 0.03);
    EXPECT_GE(find(series.at("fair").machine, "utilisation").mean, 0.93);
  }
}

TEST(Experiments, AnOverloadOfThoseWhoNeverComeBackIsServedFromItsFirstSecondsOn) {
  for (const std::uint32_t workers : {1U, 2U}) {
    auto scenario = cell(workers, 6s);
    scenario.warm_up = 0s;
    scenario.machine.voices.front().ratio = 0.15;
    scenario.groups.front().lengths = {{.share = 1, .least = 1s, .most = 1300ms}};
    scenario.groups.front().wait = 0s;
    const std::array loads = {2.0};
    for (const auto& [label, series] : results("load", scenario, {&kFair, 1}, 16, loads)) {
      expect_promises_kept(series.at("fair"));
      EXPECT_GE(series.at("fair").mean("good"), 0.35) << workers << " workers: nothing stands empty for the refused";
    }
  }
}

TEST(Experiments, ABurstIsServedAsFarAsItCanBe) {
  const std::array variants = {kAll[0], kAll[2], kFair};
  for (const auto& [label, series] : results("burst", cell(2, 200s), variants, 2)) {
    SCOPED_TRACE(label + " users at once");
    const auto& ours = series.at("fair");
    expect_promises_kept(ours);
    if (std::stod(label) <= 8) EXPECT_GE(ours.mean("good"), 0.99);
    if (std::stod(label) >= 16) {
      EXPECT_GE(ours.mean("good") * std::stod(label), 9) << "so many can be heard within a second";
      EXPECT_GE(ours.mean("good"), series.at("fifo").mean("good") + 0.15);
    }
    EXPECT_GE(ours.mean("good"), series.at("arrival").mean("good") - 0.03);
  }
}

TEST(Experiments, LightUsersAreServedBesideAFloodAndBesideOneWhoRetriesTenTimesASecond) {
  const std::array variants = {kAll[0], kAll[2], kFair};
  for (const auto* name : {"flood", "retry"}) {
    for (const auto& [label, series] : results(name, cell(2, 200s), variants, 3)) {
      SCOPED_TRACE(name);
      expect_light_users_served(series, 0.9);
    }
  }
}

TEST(Experiments, AnAccountWithManyUsersDoesNotCrowdOutOthers) {
  const std::array variants = {kAll[0], kAll[2], kFair};
  for (const auto& [label, series] : results("accounts", cell(2, 200s), variants, 3)) {
    expect_light_users_served(series, 0.85);
  }
}

TEST(Experiments, OneUserDoesNotCrowdOutTheOthersOfHisAccount) {
  auto table = plan("flood", cell(2, 200s), {&kFair, 1}, {});
  ASSERT_TRUE(table.has_value());
  for (auto& point : table->points) {
    for (auto& group : point.scenario.groups) group.account = 1;
  }
  for (const auto& outcome : run(*table, 3)) {
    expect_promises_kept(outcome.result);
    EXPECT_GE(outcome.result.mean_of(0, "good"), 0.95);
    EXPECT_GE(find(outcome.result.machine, "utilisation").mean, 0.75);
  }
}

TEST(Experiments, ShortTextsAreNotPaidForByLongOnes) {
  const std::array variants = {kAll[0], kAll[2], kFair};
  for (const auto& [label, series] : results("lengths", cell(2, 150s), variants, 3)) {
    SCOPED_TRACE("load " + label);
    const auto& ours = series.at("fair");
    expect_promises_kept(ours);
    const double load = std::stod(label);
    for (std::size_t group = 0; group < 2; ++group) {
      EXPECT_GE(ours.mean_of(group, "good"), load < 0.8 ? 0.99 : load < 1 ? 0.9 : 0.6) << "group " << group;
      EXPECT_GE(ours.mean_of(group, "good"), series.at("fifo").mean_of(group, "good"));
      EXPECT_GE(ours.mean_of(group, "good"), series.at("arrival").mean_of(group, "good"));
    }
  }
}

TEST(Experiments, WhoComesBackWhenToldIsLetIn) {
  for (const auto& [label, series] : results("replay", cell(2, 300s), {&kFair, 1}, 4)) {
    SCOPED_TRACE("load " + label);
    const auto& ours = series.at("fair");
    expect_promises_kept(ours);
    EXPECT_GE(ours.mean_of(1, "came_back"), 5) << "twenty more are more than there is room for";
    EXPECT_GE(ours.mean_of(1, "came_back_admitted"), 0.95);
    EXPECT_GE(ours.mean_of(0, "came_back_admitted"), 0.9);
  }
}

TEST(Experiments, FaultsCostLittle) {
  for (const auto& [label, series] : results("faults", cell(2, 200s), {&kFair, 1}, 4)) {
    SCOPED_TRACE(label);
    const auto& ours = series.at("fair");
    EXPECT_LE(ours.mean("failed"), label == "2x slower for 30 s" || label == "1 % of jobs hang" ? 0.08 : 0.03);
    if (label == "none" || label == "120 losses an hour") EXPECT_GE(ours.mean("good"), 0.98);
    if (label == "1 % of jobs hang") EXPECT_GE(ours.mean("c200"), 0.9) << "a spare is not always ready";
    if (label == "2 % of jobs take 10x") EXPECT_GE(ours.mean("c200"), 0.95);
    if (label == "2x slower for 30 s") EXPECT_GE(ours.mean("good"), 0.8) << "30 of 180 s at twice 0.7";
  }
}

TEST(Experiments, AMachineThatIsSlowForAWhileIsOnlyBadForThatWhile) {
  auto scenario = cell(2, 150s);
  scenario.groups.front().arrivals = Poisson{.load = 0.7};
  scenario.machine.slow_downs = {{.at = 40s, .lasts = 30s, .factor = 2}};
  scenario.warm_up = 0s;
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    scenario.seed = seed;
    const auto trace = Simulation(scenario).run();
    double late = 0;
    double bad = 0;
    double slow = 0;
    double slow_gapless = 0;
    for (const auto& request : trace.requests) {
      const auto when = request.arrival - base::TimePoint{};
      const bool good =
          request.end == Request::End::kComplete && *request.first_audio <= 1s && request.worst_gap <= 50ms;
      if (when > 85s) {
        ++late;
        if (!good) ++bad;
      }
      if (when > 50s && when < 70s && request.admitted) {
        ++slow;
        if (request.worst_gap <= 50ms) ++slow_gapless;
      }
    }
    EXPECT_GT(late, 20) << "seed " << seed;
    EXPECT_LE(bad, 0.02 * late) << "seed " << seed << ": 15 s after it everything is as before";
    EXPECT_GE(slow_gapless, 0.9 * slow) << "seed " << seed << ": who is let in while it is slow is served all the same";
  }
}

TEST(Experiments, TheCeilingIsWhatTheWorkersCanDo) {
  const auto scenario = cell(2, 100s);
  std::uint32_t tried = 0;
  const auto capacity = find_capacity(scenario, 2, 1000, [&](auto, const auto&) { ++tried; });
  // A listener takes r + plan + a per chunk = 0.107 of a worker, and a worker does one second in a second.
  EXPECT_GE(capacity.listeners, 14U);
  EXPECT_LE(capacity.listeners, 21U);
  EXPECT_GE(capacity.at.mean("good"), 0.95);
  EXPECT_LE(tried, 12U);
  EXPECT_EQ(find_capacity(scenario, 1, 4).listeners, 4U) << "it does not look further than it is asked to";
  auto slow = scenario;
  slow.machine.voices.front().ratio = 3;
  EXPECT_EQ(find_capacity(slow, 1, 100).listeners, 0U) << "slower than speech";
}

TEST(Experiments, EveryNamedStudyIsValid) {
  for (const auto& study : studies()) {
    const auto made = plan(study.name, Scenario{}, {&kFair, 1}, {});
    ASSERT_TRUE(made.has_value()) << study.name;
    EXPECT_EQ(made->name, study.name);
    EXPECT_FALSE(made->points.empty());
    EXPECT_TRUE(made->validate().has_value()) << study.name;
  }
  EXPECT_FALSE(plan("nonsense", Scenario{}, {&kFair, 1}, {}).has_value());
}

TEST(Experiments, ThePlansTableIsWhatItsOrderComesTo) {
  const std::array variants = {kAll[2], kFair};
  const auto table = results("plan-table", cell(1, 200s), variants, 2);
  ASSERT_EQ(table.size(), 3U);
  for (const auto& [label, series] : table) {
    SCOPED_TRACE(label);
    // Everybody's first chunk is rendered before anybody's second one: the last one waits for all of them.
    const double last = label.starts_with("50") ? 0.5 : 1.0;
    EXPECT_NEAR(series.at("arrival").mean("first_audio_p99"), last, 0.25);
    EXPECT_NEAR(series.at("arrival").mean("first_audio_mean"), last * 0.6, 0.15);
    expect_promises_kept(series.at("fair"));
  }
}

}  // namespace
}  // namespace antiphon::simulator
