#include "cli/simulate_flags.h"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>
#include <string_view>

#include "cli/help.h"
#include "config/config.h"
#include "simulator/study.h"

namespace antiphon::cli {
namespace {

using simulator::Group;
using simulator::Length;

/// Of numbers between colons. Throws std::runtime_error.
std::vector<double> numbers(std::string_view flag, std::string_view text) {
  std::vector<double> result;
  for (const auto& part : CLI::detail::split(std::string(text), ':')) {
    double value = 0;
    const auto* const end = part.data() + part.size();
    const auto [next, error] = std::from_chars(part.data(), end, value);
    if (error != std::errc{} || next != end) {
      throw std::runtime_error(fmt::format("{}: '{}' is not numbers with colons between", flag, text));
    }
    result.push_back(value);
  }
  return result;
}

/// short, long, mixed, or FROM:TO[:SHARE] in seconds, several with commas between.
std::vector<Length> lengths_of(const std::string& text) {
  if (text == "mixed") return Group{}.lengths;
  const auto mixed = Group{}.lengths;
  if (text == "short") return {mixed.front()};
  if (text == "long") return {mixed.back()};
  std::vector<Length> lengths;
  for (const auto& part : CLI::detail::split(text, ',')) {
    const auto values = numbers("--lengths", part);
    if (values.size() < 2 || values.size() > 3) {
      throw std::runtime_error("--lengths: '" + part + "' is not FROM:TO or FROM:TO:SHARE in seconds");
    }
    lengths.push_back({.share = values.size() == 3 ? values[2] : 1.0,
                       .least = base::from_seconds(values[0]),
                       .most = base::from_seconds(values[1])});
  }
  return lengths;
}

simulator::Retry retry_of(const std::string& text) {
  if (text == "told") return simulator::Retry::kWhenTold;
  if (text == "stubborn") return simulator::Retry::kStubbornly;
  return simulator::Retry::kNever;
}

std::string names_of_studies() {
  std::string names;
  for (const auto& study : simulator::studies()) names += fmt::format("\n{:<10} {}", study.name, study.about);
  return names;
}

}  // namespace

void SimulateFlags::add_to(CLI::App& app) {
  const simulator::Machine machine;
  chunk_cost = base::to_seconds(machine.voices.front().fixed);
  grain = base::to_seconds(machine.grain);
  segment = base::to_seconds(machine.segment_max);
  replacement = base::to_seconds(machine.replacement);
  add_study(app);
  add_clients(app);
  add_machine(app);
  add_faults(app);
  add_runs(app);
  app.footer("Scenarios:" + names_of_studies());
}

void SimulateFlags::add_study(CLI::App& app) {
  std::vector<std::string> names;
  for (const auto& study : simulator::studies()) names.emplace_back(study.name);
  app.add_option("--scenario", name, "What to explore; see below (load)")->check(CLI::IsMember(names));
  app.add_option("--policy", policies,
                 "Orders of the work to compare: fifo, rr, arrival, edf, fair; several with commas; all (all)")
      ->delimiter(',')
      ->check(CLI::IsMember({"fifo", "rr", "arrival", "edf", "fair", "all"}));
  app.add_option("--admission", admission, "on, off or both (fair: on; edf: both; the others: off)")
      ->check(CLI::IsMember({"on", "off", "both"}));
  app.add_flag("--capacity", capacity, "How many listeners would these workers carry, with 95 % of the requests good?");
  app.add_option("--most-listeners", most_listeners, "Where --capacity stops to search (4096)")
      ->check(CLI::Range(1, 100'000));
}

void SimulateFlags::add_clients(CLI::App& app) {
  auto& group = given.groups.front();
  app.add_option("--load", loads,
                 "Random arrivals (Poisson): shares of what the workers can do; several with commas (0.7,1,1.3)")
      ->delimiter(',')
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("--rate", rates, "Random arrivals: requests per second; several with commas")
      ->delimiter(',')
      ->check(CLI::Range(0.001, 1e5));
  app.add_option("--burst", bursts, "So many requests at once; several with commas (1,2,4,8,16,24,32)")
      ->delimiter(',')
      ->check(CLI::Range(1, 100'000));
  app.add_option("--burst-every", burst_every, "Seconds between bursts (40)")->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--listeners", listeners,
                 "Closed loop: so many who ask again when they have heard all; several with commas")
      ->delimiter(',')
      ->check(CLI::Range(1, 100'000));
  app.add_option("--think", think, "Seconds until a listener asks again (0)")->check(CLI::Range(0.0, 3600.0));
  app.add_option("--users", group.users, "Who asks, in turns (each request is another's)");
  app.add_option(
      "--lengths", lengths,
      "Seconds of speech: short (1:2), long (10:20), mixed, or FROM:TO[:SHARE], several with commas (mixed)");
  app.add_option("--wait", wait, "Seconds that a request may wait for its turn (2)")->check(CLI::Range(0.0, 600.0));
  app.add_option("--retry", retry, "What the refused do: never, told, or stubborn, ten times a second (never)")
      ->check(CLI::IsMember({"never", "told", "stubborn"}));
  app.add_option("--retries", group.retries, "Of one request (3)");
  app.add_option("--leaving", group.leave_share, "Share of clients who leave early (0)")->check(CLI::Range(0.0, 1.0));
}

void SimulateFlags::add_machine(CLI::App& app) {
  auto& machine = given.machine;
  auto& voice = machine.voices.front();
  app.add_option("--workers", machine.workers, "Workers (2)")->check(CLI::Range(1, 4096));
  app.add_option("--rtf", voice.ratio, "r: seconds of a worker per second of speech (0.088)")
      ->check(CLI::Range(1e-4, 100.0));
  app.add_option("--chunk-cost", chunk_cost, "a: seconds of a worker per chunk (0.002)")->check(CLI::Range(0.0, 10.0));
  app.add_option("--plan-cost", voice.plan_ratio, "Seconds of a worker to plan a second of speech (0.014)")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--grain", grain, "Seconds of speech of the smallest piece (0.209)")->check(CLI::Range(0.01, 60.0));
  app.add_option("--segment", segment, "Longest piece that is planned at once, in seconds of speech (8)")
      ->check(CLI::Range(0.01, 600.0));
}

void SimulateFlags::add_faults(CLI::App& app) {
  auto& machine = given.machine;
  app.add_option("--noise", machine.noise, "Deviation of the logarithm of a job's time (0.1)")
      ->check(CLI::Range(0.0, 2.0));
  app.add_option("--outliers", machine.outlier_share, "Share of jobs that take --outlier-factor times as long (0)")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--outlier-factor", machine.outlier_factor, "(10)")->check(CLI::Range(1.0, 1000.0));
  app.add_option("--hangs", machine.hang_share, "Share of jobs that never end (0)")->check(CLI::Range(0.0, 1.0));
  app.add_option("--losses", machine.losses_per_hour, "Losses of each worker in an hour (0)")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--replacement", replacement, "Seconds until a lost worker is replaced (0.05)")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--slow-down", slow_down, "AT:LASTS:FACTOR, seconds: a slower machine for a while");
  app.add_option("--length-error", given.length_error,
                 "Deviation of the logarithm of what admission takes for a text's length (0.1)")
      ->check(CLI::Range(0.0, 2.0));
  for (const auto* const flag : {"--noise", "--outliers", "--outlier-factor", "--hangs", "--losses", "--replacement",
                                 "--slow-down", "--length-error"}) {
    app.get_option(flag)->group(kResearchGroup);
  }
}

void SimulateFlags::add_runs(CLI::App& app) {
  app.add_option("--config", config, "Take the scheduler's options from this TOML file, as the server does");
  app.add_option("--duration", duration, "Seconds in which requests come (200)")->check(CLI::Range(1.0, 86'400.0));
  app.add_option("--warm-up", warm_up, "Of these, seconds that do not count (20)")->check(CLI::Range(0.0, 86'400.0));
  app.add_option("--runs", runs, "Runs of each point, with seeds one after the other (8)")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--seed", given.seed, "Of the first run (1)");
  app.add_option("--timeline", timeline, "Seconds of which --html shows who was rendered when (20)")
      ->check(CLI::Range(0.0, 86'400.0));
  app.add_option("--json", json, "Write all measures there; -: to standard output, in place of the table");
  app.add_option("--html", html, "Write a page with plots there; it needs nothing else");
}

simulator::Scenario SimulateFlags::scenario() const {
  auto scenario = given;
  if (!config.empty()) scenario.scheduling = config::read(config).scheduler;
  auto& machine = scenario.machine;
  machine.voices.front().fixed = base::from_seconds(chunk_cost);
  machine.grain = base::from_seconds(grain);
  machine.segment_max = base::from_seconds(segment);
  machine.replacement = base::from_seconds(replacement);
  if (!slow_down.empty()) {
    const auto values = numbers("--slow-down", slow_down);
    if (values.size() != 3) throw std::runtime_error("--slow-down: '" + slow_down + "' is not AT:LASTS:FACTOR");
    machine.slow_downs = {
        {.at = base::from_seconds(values[0]), .lasts = base::from_seconds(values[1]), .factor = values[2]}};
  }
  auto& group = scenario.groups.front();
  group.lengths = lengths_of(lengths);
  group.retry = retry_of(retry);
  group.wait = base::from_seconds(wait);
  if (!bursts.empty()) {
    group.arrivals = simulator::Bursts{.every = base::from_seconds(burst_every)};
  } else if (!listeners.empty() || study() == "listeners") {
    group.arrivals = simulator::ClosedLoop{.think = base::from_seconds(think)};
  }
  scenario.duration = base::from_seconds(duration);
  scenario.warm_up = base::from_seconds(warm_up);
  constexpr double kShown = 20;
  scenario.timeline = base::from_seconds(html.empty() ? 0 : timeline < 0 ? kShown : timeline);
  return scenario;
}

std::string SimulateFlags::study() const {
  if (!name.empty()) return name;
  if (!rates.empty()) return "rate";
  if (!bursts.empty()) return "burst";
  if (!listeners.empty()) return "listeners";
  return "load";
}

std::vector<double> SimulateFlags::axis() const {
  for (const auto* values : {&loads, &rates, &bursts, &listeners}) {
    if (!values->empty()) return *values;
  }
  return {};
}

}  // namespace antiphon::cli
