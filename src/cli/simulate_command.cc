#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "cli/commands.h"
#include "cli/simulate_flags.h"
#include "file/writer.h"
#include "simulator/capacity.h"
#include "simulator/report.h"

namespace antiphon::cli {
namespace {

using simulator::Scenario;
using simulator::Variant;

/// The policies that are asked for, each with the admission that is asked for or that it comes with.
std::vector<Variant> variants_of(const SimulateFlags& flags) {
  std::vector<Variant> variants;
  const auto add = [&](scheduler::Policy policy) {
    using scheduler::Admission;
    const bool by_default = policy == scheduler::Policy::kFair;
    const bool both = flags.admission == "both" || (flags.admission.empty() && policy == scheduler::Policy::kEdf);
    const bool on = flags.admission.empty() ? by_default : flags.admission == "on";
    if (both || !on) variants.push_back({.policy = policy, .admission = Admission::kOff});
    if (both || on) variants.push_back({.policy = policy, .admission = Admission::kOn});
  };
  for (const auto& name : flags.policies) {
    if (name != "all") add(scheduler::parse_policy(name).value());
  }
  if (variants.empty()) {
    using enum scheduler::Policy;
    for (const auto policy : {kFifo, kRoundRobin, kArrival, kEdf, kFair}) add(policy);
  }
  return variants;
}

/// What was given, but for where results go.
std::string called(const CLI::App& command) {
  std::string line = "antiphon simulate";
  for (const auto* option : command.get_options()) {
    const auto name = option->get_name();
    if (option->count() == 0 || name == "--json" || name == "--html") continue;
    line += " " + name;
    if (option->get_expected_max() > 0) line += " " + CLI::detail::join(option->results(), ",");
  }
  return line;
}

void check(const std::expected<void, std::string>& valid) {
  if (!valid) throw std::runtime_error(valid.error());
}

void write(const std::string& file, const std::string& text) {
  const auto written = file::replace(file, text);
  if (!written) throw std::runtime_error(written.error().message);
}

/// The table and the answers, if any, or JSON in their place; and the files that are asked for.
void show(const SimulateFlags& flags, const simulator::Report& report, const std::string& answers = "") {
  if (flags.json == "-") {
    fmt::print("{}", simulator::to_json(report));
  } else {
    fmt::print("{}{}{}", simulator::to_table(report), answers.empty() ? "" : "\n", answers);
    if (!flags.json.empty()) write(flags.json, simulator::to_json(report));
  }
  if (!flags.html.empty()) write(flags.html, simulator::to_html(report));
}

/// Says on a terminal how far it is.
class ProgressLine {
 public:
  void show(std::size_t done, std::size_t of) const {
    if (terminal_) fmt::print(stderr, "\r{} of {} ", done, of);
  }
  ~ProgressLine() {
    if (terminal_) fmt::print(stderr, "\r{:20}\r", "");
  }
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

std::vector<simulator::Outcome> run_shown(const simulator::Study& study, std::uint32_t runs) {
  const ProgressLine line;
  const auto begin = std::chrono::steady_clock::now();
  auto outcomes = simulator::run(study, runs, [&](std::size_t done, std::size_t of) { line.show(done, of); });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  double chunks = 0;
  for (const auto& outcome : outcomes) chunks += simulator::find(outcome.result.machine, "chunks").mean * runs;
  fmt::print(stderr, "{:.0f} chunks simulated in {:.1f} s\n", chunks, took.count());
  return outcomes;
}

int answer_capacity(const SimulateFlags& flags, const Scenario& scenario) {
  check(scenario.validate());
  simulator::Report report{.command = flags.command, .study = {}, .outcomes = {}};
  report.study = {.name = "capacity",
                  .title = "Listeners who ask again when they have heard all",
                  .axis = "listeners",
                  .points = {}};
  std::string answers;
  for (const auto variant : variants_of(flags)) {
    auto with = scenario;
    with.scheduling.policy = variant.policy;
    with.scheduling.admission = variant.admission;
    const auto capacity =
        simulator::find_capacity(with, flags.runs, flags.most_listeners, [&](auto listeners, const auto& result) {
          report.outcomes.push_back({.point = {.series = variant.name(),
                                               .x = static_cast<double>(listeners),
                                               .label = std::to_string(listeners),
                                               .scenario = result.scenario},
                                     .result = result});
        });
    const auto& machine = scenario.machine;
    constexpr double kPercent = 100;
    answers += fmt::format("{}: {} {} of RTF {:g} {} {} listeners ({:.0f} % of the requests good)\n", variant.name(),
                           machine.workers, machine.workers == 1 ? "worker" : "workers", machine.voices.front().ratio,
                           machine.workers == 1 ? "carries" : "carry", capacity.listeners,
                           kPercent * capacity.at.mean("good"));
  }
  std::ranges::sort(report.outcomes, {},
                    [](const auto& outcome) { return std::pair(outcome.point.x, outcome.point.series); });
  show(flags, report, answers);
  return 0;
}

int simulate(const SimulateFlags& flags) {
  const auto scenario = flags.scenario();
  if (flags.capacity) return answer_capacity(flags, scenario);
  const auto study = simulator::plan(flags.study(), scenario, variants_of(flags), flags.axis());
  if (!study) throw std::runtime_error("--scenario: there is no '" + flags.study() + "'");
  check(study->validate());
  const simulator::Report report{.command = flags.command, .study = *study, .outcomes = run_shown(*study, flags.runs)};
  show(flags, report);
  return 0;
}

}  // namespace

void add_simulate(CLI::App& app, Run& chosen) {
  auto* const command =
      app.add_subcommand("simulate", "Explore the server's own scheduler with virtual workers and listeners");
  const auto flags = std::make_shared<SimulateFlags>();
  flags->add_to(*command);
  command->callback([flags, command, &chosen] {
    flags->command = called(*command);
    chosen = [flags] { return simulate(*flags); };
  });
}

}  // namespace antiphon::cli
