#include "simulator/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;

/// What a study is made from.
struct Plan {
  const Scenario& base;
  std::span<const Variant> variants;
  std::span<const double> axis;

  [[nodiscard]] std::vector<double> values(std::vector<double> own) const {
    return axis.empty() ? std::move(own) : std::vector<double>(axis.begin(), axis.end());
  }
  [[nodiscard]] const Group& group() const { return base.groups.front(); }
};

Scenario under(const Scenario& base, Variant variant) {
  auto scenario = base;
  scenario.scheduling.policy = variant.policy;
  scenario.scheduling.admission = variant.admission;
  return scenario;
}

/// A point for each value and variant; `set` makes the variant's scenario that of the value.
template <class Set>
void add_points(Study& study, const Plan& plan, const std::vector<double>& values, const Set& set) {
  for (const double x : values) {
    for (const auto variant : plan.variants) {
      auto scenario = under(plan.base, variant);
      scenario.name = study.name;
      set(scenario, x);
      study.points.push_back(
          {.series = variant.name(), .x = x, .label = fmt::format("{:g}", x), .scenario = std::move(scenario)});
    }
  }
}

std::uint32_t count_of(double x) { return static_cast<std::uint32_t>(std::clamp(x, 0.0, 1e6)); }

Study load_study(const Plan& plan) {
  Study study{.name = "load", .title = "Requests at random times (Poisson)", .axis = "load", .points = {}};
  add_points(study, plan, plan.values({0.7, 1.0, 1.3}),
             [](Scenario& scenario, double x) { scenario.groups.front().arrivals = Poisson{.load = x}; });
  return study;
}

Study rate_study(const Plan& plan) {
  Study study{
      .name = "rate", .title = "Requests at random times (Poisson)", .axis = "requests per second", .points = {}};
  add_points(study, plan, plan.values({1, 2, 3}),
             [](Scenario& scenario, double x) { scenario.groups.front().arrivals = Poisson{.per_second = x}; });
  return study;
}

Study listeners_study(const Plan& plan) {
  Study study{.name = "listeners",
              .title = "Listeners who ask again when they have heard all",
              .axis = "listeners",
              .points = {}};
  const auto think = [&] {
    const auto* loop = std::get_if<ClosedLoop>(&plan.group().arrivals);
    return loop == nullptr ? ClosedLoop{} : *loop;
  }();
  add_points(study, plan, plan.values({8, 16, 32}), [&](Scenario& scenario, double x) {
    scenario.groups.front().users = count_of(x);
    scenario.groups.front().arrivals = think;
  });
  return study;
}

Study burst_study(const Plan& plan) {
  Study study{
      .name = "burst", .title = "Users who ask at the same moment, every 40 s", .axis = "users at once", .points = {}};
  const auto* given = std::get_if<Bursts>(&plan.group().arrivals);
  add_points(study, plan, plan.values({1, 2, 4, 8, 16, 24, 32}), [&](Scenario& scenario, double x) {
    auto bursts = given == nullptr ? Bursts{.every = 40s} : *given;
    bursts.size = count_of(x);
    scenario.groups.front().arrivals = bursts;
    scenario.warm_up = 0s;
  });
  return study;
}

/// Eight users that ask for one text after another, and one that does what `heavy` says.
Study flood_study(const Plan& plan, std::string name, std::string title, Group heavy, double parallel) {
  Study study{
      .name = std::move(name), .title = std::move(title), .axis = "parallel requests of the heavy user", .points = {}};
  add_points(study, plan, plan.values({parallel}), [&](Scenario& scenario, double x) {
    auto light = plan.group();
    light.name = "light";
    light.users = 8;
    light.arrivals = ClosedLoop{.think = 2s};
    heavy.arrivals = ClosedLoop{.parallel = count_of(x)};
    scenario.groups = {std::move(light), heavy};
  });
  return study;
}

/// Eight users with an account each, and many that share one: as a web interface with one key has them.
Study accounts_study(const Plan& plan) {
  Study study{.name = "accounts",
              .title = "One account with many users beside eight accounts of one user each",
              .axis = "users of the large account",
              .points = {}};
  add_points(study, plan, plan.values({32}), [&](Scenario& scenario, double x) {
    auto single = plan.group();
    single.name = "single";
    single.users = 8;
    single.arrivals = ClosedLoop{.think = 2s};
    auto shared = single;
    shared.name = "shared";
    shared.users = count_of(x);
    shared.account = 1;
    shared.arrivals = ClosedLoop{};
    scenario.groups = {std::move(single), std::move(shared)};
  });
  return study;
}

Group flooding() { return {.name = "heavy", .users = 1, .lengths = {{.share = 1, .least = 10s, .most = 20s}}}; }

Group retrying() {
  auto group = flooding();
  group.wait = 0s;
  group.retry = Retry::kStubbornly;
  group.retry_interval = 100ms;
  group.retries = 1'000'000;
  return group;
}

Study lengths_study(const Plan& plan) {
  Study study{.name = "lengths",
              .title = "Texts of 1 s beside texts of 10 s, half of the work each",
              .axis = "load",
              .points = {}};
  add_points(study, plan, plan.values({0.7, 0.9, 1.3}), [&](Scenario& scenario, double x) {
    auto brief = plan.group();
    brief.name = "1 s";
    brief.lengths = {{.share = 1, .least = 1s, .most = 1s}};
    brief.arrivals = Poisson{.load = x / 2};
    auto lengthy = brief;
    lengthy.name = "10 s";
    lengthy.lengths = {{.share = 1, .least = 10s, .most = 10s}};
    scenario.groups = {std::move(brief), std::move(lengthy)};
  });
  return study;
}

Study replay_study(const Plan& plan) {
  Study study{.name = "replay",
              .title = "Twenty more at once, every 40 s; the refused come back when told",
              .axis = "load of the others",
              .points = {}};
  add_points(study, plan, plan.values({0.7, 0.9}), [&](Scenario& scenario, double x) {
    auto steady = plan.group();
    steady.name = "steady";
    steady.arrivals = Poisson{.load = x};
    steady.retry = Retry::kWhenTold;
    auto twenty = steady;
    twenty.name = "twenty";
    twenty.arrivals = Bursts{.size = 20, .first = 30s, .every = 40s};
    scenario.groups = {std::move(steady), std::move(twenty)};
  });
  return study;
}

Study faults_study(const Plan& plan) {
  Study study{.name = "faults", .title = "A machine that misbehaves, at load 0.7", .axis = "fault", .points = {}};
  using Break = void (*)(Machine&);
  static constexpr std::array<std::pair<const char*, Break>, 5> kFaults = {{
      {"none", [](Machine&) {}},
      {"2 % of jobs take 10x", [](Machine& machine) { machine.outlier_share = 0.02; }},
      {"1 % of jobs hang", [](Machine& machine) { machine.hang_share = 0.01; }},
      {"120 losses an hour", [](Machine& machine) { machine.losses_per_hour = 120; }},
      {"2x slower for 30 s", [](Machine& machine) { machine.slow_downs = {{.at = 60s, .lasts = 30s, .factor = 2}}; }},
  }};
  const auto values = plan.values({0, 1, 2, 3, 4});
  add_points(study, plan, values, [&](Scenario& scenario, double x) {
    kFaults.at(std::min<std::size_t>(count_of(x), kFaults.size() - 1)).second(scenario.machine);
    scenario.groups.front().arrivals = Poisson{.load = 0.7};
  });
  for (auto& point : study.points) {
    point.label = kFaults.at(std::min<std::size_t>(count_of(point.x), kFaults.size() - 1)).first;
  }
  return study;
}

/// The table of the original concurrency plan: its users, which ask at the same moment, its workers and chunks, its RTF
/// of 0.2, and nothing to plan.
Study plan_table_study(const Plan& plan) {
  struct Row {
    std::uint32_t users;
    std::uint32_t workers;
    base::Duration chunk;
    const char* says;
  };
  static constexpr std::array<Row, 3> kRows = {{{5, 1, 1s, "1.1"}, {10, 2, 1s, "1.3"}, {50, 10, 500ms, "0.8"}}};
  Study study{.name = "plan-table",
              .title = "The table of the original plan: RTF 0.2, texts of 10 s, all at the same moment",
              .axis = "users",
              .points = {}};
  for (const auto& row : kRows) {
    for (const auto variant : plan.variants) {
      auto scenario = under(plan.base, variant);
      scenario.name = study.name;
      scenario.warm_up = 0s;
      scenario.machine.workers = row.workers;
      scenario.machine.voices = {{.fixed = 2ms, .ratio = 0.2, .plan_ratio = 0}};
      scenario.scheduling.arrival_chunk = row.chunk;
      scenario.scheduling.arrival_chunk_loaded = row.chunk;
      scenario.scheduling.chunk_max = row.chunk;
      scenario.groups = {{.name = "all",
                          .arrivals = Bursts{.size = row.users, .every = 40s},
                          .lengths = {{.share = 1, .least = 10s, .most = 10s}}}};
      const auto label = fmt::format("{} users, {} workers, {:g} s chunks; the plan says {} s", row.users, row.workers,
                                     base::to_seconds(row.chunk), row.says);
      study.points.push_back({.series = variant.name(),
                              .x = static_cast<double>(row.users),
                              .label = label,
                              .scenario = std::move(scenario)});
    }
  }
  return study;
}

constexpr std::array<NamedStudy, 11> kStudies = {{
    {"load", "requests at random times, by load (experiment 1)"},
    {"rate", "requests at random times, by number a second"},
    {"listeners", "listeners who ask again when they have heard all"},
    {"burst", "1 to 32 users at the same moment (experiment 2)"},
    {"flood", "a user with many parallel long requests beside eight light ones (experiment 3)"},
    {"retry", "one who retries ten times a second beside eight light ones (experiment 3)"},
    {"accounts", "an account with many users beside eight accounts of one user each"},
    {"lengths", "texts of 1 s beside texts of 10 s (experiment 4)"},
    {"replay", "twenty refused users come back when told"},
    {"faults", "outliers, hangs, losses and a slow machine"},
    {"plan-table", "the table of the original concurrency plan"},
}};

}  // namespace

std::string Variant::name() const {
  const std::string result(scheduler::policy_name(policy));
  const bool on = admission == scheduler::Admission::kOn;
  if (policy == scheduler::Policy::kFair) return on ? result : result + " - admission";
  return on ? result + " + admission" : result;
}

std::expected<void, std::string> Study::validate() const {
  for (const auto& point : points) {
    if (auto valid = point.scenario.validate(); !valid) return valid;
  }
  return {};
}

std::vector<Outcome> run(const Study& study, std::uint32_t runs, const Progress& progress) {
  std::vector<Outcome> outcomes;
  for (const auto& point : study.points) {
    outcomes.push_back({.point = point, .result = simulate(point.scenario, runs)});
    if (progress) progress(outcomes.size(), study.points.size());
  }
  return outcomes;
}

std::span<const NamedStudy> studies() { return kStudies; }

std::optional<Study> plan(std::string_view name, const Scenario& base, std::span<const Variant> variants,
                          std::span<const double> axis) {
  const Plan with{.base = base, .variants = variants, .axis = axis};
  if (name == "load") return load_study(with);
  if (name == "rate") return rate_study(with);
  if (name == "listeners") return listeners_study(with);
  if (name == "burst") return burst_study(with);
  if (name == "flood")
    return flood_study(with, "flood", "One user with many long requests beside eight", flooding(), 32);
  if (name == "retry")
    return flood_study(with, "retry", "One user who retries ten times a second beside eight", retrying(), 16);
  if (name == "accounts") return accounts_study(with);
  if (name == "lengths") return lengths_study(with);
  if (name == "replay") return replay_study(with);
  if (name == "faults") return faults_study(with);
  if (name == "plan-table") return plan_table_study(with);
  return std::nullopt;
}

}  // namespace antiphon::simulator
