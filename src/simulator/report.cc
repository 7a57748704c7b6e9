#include "simulator/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "report/page.h"
#include "simulator/report_page.h"

namespace antiphon::simulator {
namespace {

using nlohmann::json;

/// Of one timeline; more would only be black.
constexpr std::size_t kMostSpans = 3000;

std::string percent(const Estimate& estimate) {
  constexpr double kPercent = 100;
  return fmt::format("{:5.1f} ±{:<4.1f}", kPercent * estimate.mean, kPercent * estimate.half);
}

std::string seconds(const Estimate& estimate) { return fmt::format("{:6.2f} ±{:<5.2f}", estimate.mean, estimate.half); }

std::size_t width_of(const std::vector<Outcome>& outcomes, auto text_of, std::size_t least) {
  for (const auto& outcome : outcomes) least = std::max(least, std::size_t{text_of(outcome).size()});
  return least;
}

std::string row_of(const Summary& all, const Summary& machine) {
  constexpr double kPercent = 100;
  return fmt::format("{:>8.0f} {} {} {} {} {} {} {} {} {:>5.0f} {:>5.0f}", find(all, "requests").mean,
                     percent(find(all, "admitted")), percent(find(all, "good")), percent(find(all, "good_of_admitted")),
                     percent(find(all, "c50")), seconds(find(all, "first_audio_mean")),
                     seconds(find(all, "first_audio_p50")), seconds(find(all, "first_audio_p95")),
                     seconds(find(all, "first_audio_p99")), find(machine, "most_streams").mean,
                     kPercent * find(machine, "utilisation").mean);
}

json json_of(const Summary& summary) {
  json result = json::object();
  for (const auto& [name, value] : summary) result[std::string(name)] = {{"mean", value.mean}, {"half", value.half}};
  return result;
}

json json_of(const Machine& machine) {
  json voices = json::array();
  for (const auto& voice : machine.voices) {
    voices.push_back(
        {{"chunk_cost_s", base::to_seconds(voice.fixed)}, {"rtf", voice.ratio}, {"plan_cost", voice.plan_ratio}});
  }
  return {{"workers", machine.workers},
          {"voices", voices},
          {"grain_s", base::to_seconds(machine.grain)},
          {"noise", machine.noise},
          {"outlier_share", machine.outlier_share},
          {"hang_share", machine.hang_share},
          {"losses_per_hour", machine.losses_per_hour},
          {"slow_downs", machine.slow_downs.size()}};
}

json json_of(const Outcome& outcome) {
  const auto& scenario = outcome.point.scenario;
  json groups = json::array();
  for (std::size_t i = 0; i < scenario.groups.size(); ++i) {
    groups.push_back({{"name", scenario.groups[i].name}, {"measures", json_of(outcome.result.groups[i])}});
  }
  return {{"series", outcome.point.series},
          {"x", outcome.point.x},
          {"label", outcome.point.label},
          {"policy", scheduler::policy_name(scenario.scheduling.policy)},
          {"admission", scenario.scheduling.admission == scheduler::Admission::kOn},
          {"machine", json_of(scenario.machine)},
          {"seed", scenario.seed},
          {"runs", outcome.result.runs},
          {"duration_s", base::to_seconds(scenario.duration)},
          {"warm_up_s", base::to_seconds(scenario.warm_up)},
          {"all", json_of(outcome.result.all)},
          {"whole_machine", json_of(outcome.result.machine)},
          {"groups", std::move(groups)}};
}

json json_of(const Report& report) {
  json points = json::array();
  for (const auto& outcome : report.outcomes) points.push_back(json_of(outcome));
  return {{"command", report.command},
          {"study", report.study.name},
          {"title", report.study.title},
          {"axis", report.study.axis},
          {"points", std::move(points)}};
}

/// [worker, user, stream, is a plan, begin, end], times in milliseconds.
json timeline_of(const Result& result) {
  json spans = json::array();
  const auto ms = [](base::TimePoint time) { return (time - base::TimePoint{}) / std::chrono::milliseconds(1); };
  for (const auto& span : result.timeline) {
    if (spans.size() == kMostSpans) break;
    spans.push_back({span.worker, span.user.value, span.stream.value, span.kind == scheduler::JobKind::kPlan ? 1 : 0,
                     ms(span.begin), ms(span.end)});
  }
  return spans;
}

}  // namespace

std::string to_table(const Report& report) {
  const auto& outcomes = report.outcomes;
  const auto series = width_of(outcomes, [](const Outcome& one) { return std::string_view(one.point.series); }, 6);
  const auto label = width_of(
      outcomes, [](const Outcome& one) { return std::string_view(one.point.label); }, report.study.axis.size());
  std::size_t name = 0;
  for (const auto& outcome : outcomes) {
    if (outcome.point.scenario.groups.size() == 1) continue;
    for (const auto& group : outcome.point.scenario.groups) name = std::max(name, group.name.size() + 1);
  }
  auto table = fmt::format(
      "{}\n\n{:<{}} {:<{}} {:<{}}{:>8} {:>11} {:>11} {:>11} {:>11} {:>13} {:>13} {:>13} {:>13} {:>5} {:>5}\n",
      report.study.title, report.study.axis, label, "policy", series, "", name, "requests", "admitted %", "good %",
      "of admitted", "C50 %", "TTFA mean s", "p50", "p95", "p99", "most", "busy%");
  for (const auto& outcome : outcomes) {
    const auto& groups = outcome.point.scenario.groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      table += fmt::format("{:<{}} {:<{}} {:<{}}{}\n", outcome.point.label, label, outcome.point.series, series,
                           groups.size() > 1 ? groups[i].name : "", name,
                           row_of(outcome.result.groups[i], outcome.result.machine));
    }
  }
  const auto runs = outcomes.empty() ? 0 : outcomes.front().result.runs;
  table += fmt::format(
      "\nMeans of {} runs; ± half of the 95 % interval. good: first audio within 1 s, no gap above 50 ms, "
      "complete; the refused count against it.\n",
      runs);
  return table;
}

std::string to_json(const Report& report) { return json_of(report).dump(2) + "\n"; }

std::string to_html(const Report& report) {
  auto data = json_of(report);
  for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
    data["points"][i]["timeline"] = timeline_of(report.outcomes[i].result);
  }
  return report::make_page(report_page(), data.dump());
}

}  // namespace antiphon::simulator
