#include "cli/doctor_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace antiphon::cli {
namespace {

constexpr int kWillNotServe = 1;
constexpr int kWithWarnings = 3;

const char* word_of(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kFailure:
      return "failure";
  }
  return "";
}

std::size_t count(const Diagnosis& diagnosis, Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(diagnosis.findings, severity, &Finding::severity));
}

std::string verdict(const Diagnosis& diagnosis) {
  const auto plural = [](std::size_t number) { return number == 1 ? "" : "s"; };
  const auto failures = count(diagnosis, Severity::kFailure);
  const auto warnings = count(diagnosis, Severity::kWarning);
  if (failures > 0) return fmt::format("A server will not work here: {} failure{}.\n", failures, plural(failures));
  if (warnings > 0) return fmt::format("A server will work here, with {} warning{}.\n", warnings, plural(warnings));
  return "A server will work here.\n";
}

}  // namespace

int exit_status(const Diagnosis& diagnosis) {
  if (count(diagnosis, Severity::kFailure) > 0) return kWillNotServe;
  return count(diagnosis, Severity::kWarning) > 0 ? kWithWarnings : 0;
}

std::string to_text(const Diagnosis& diagnosis) {
  std::string text;
  for (const auto& finding : diagnosis.findings) {
    text += fmt::format("{:<8} {:<13} {}\n", word_of(finding.severity), finding.check, finding.message);
    if (!finding.advice.empty()) text += fmt::format("{:<22} -> {}\n", "", finding.advice);
  }
  for (const auto& cost : diagnosis.voices) {
    constexpr double kMib = 1024.0 * 1024.0;
    text += fmt::format(
        "{:<8} {:<13} {:.4f} s of a worker for a second of speech (plan {:.4f}, render {:.4f}), {:.2f} s and {:.0f} "
        "MiB "
        "to load; {} worker{} carr{} {} listener{}{}\n",
        "voice", cost.voice, cost.plan_ratio + cost.render_ratio, cost.plan_ratio, cost.render_ratio, cost.load_s,
        static_cast<double>(cost.bytes) / kMib, diagnosis.workers, diagnosis.workers == 1 ? "" : "s",
        diagnosis.workers == 1 ? "ies" : "y", cost.listeners, cost.listeners == 1 ? "" : "s",
        cost.at_limit ? ", as many as server.max_streams admits" : "");
  }
  return text + verdict(diagnosis);
}

std::string to_json(const Diagnosis& diagnosis) {
  auto findings = nlohmann::json::array();
  for (const auto& finding : diagnosis.findings) {
    findings.push_back({{"check", finding.check},
                        {"severity", word_of(finding.severity)},
                        {"message", finding.message},
                        {"advice", finding.advice}});
  }
  auto voices = nlohmann::json::array();
  for (const auto& cost : diagnosis.voices) {
    voices.push_back({{"voice", cost.voice},
                      {"load_s", cost.load_s},
                      {"bytes", cost.bytes},
                      {"plan_ratio", cost.plan_ratio},
                      {"render_ratio", cost.render_ratio},
                      {"grain_s", cost.grain_s},
                      {"listeners", cost.listeners},
                      {"at_limit", cost.at_limit}});
  }
  const nlohmann::json json = {{"will_serve", exit_status(diagnosis) != kWillNotServe},
                               {"failures", count(diagnosis, Severity::kFailure)},
                               {"warnings", count(diagnosis, Severity::kWarning)},
                               {"findings", findings},
                               {"workers", diagnosis.workers},
                               {"voices", voices}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace antiphon::cli
