#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "cli/doctor_report.h"
#include "cli/engines.h"
#include "cli/serve_settings.h"
#include "cli/voice_cost.h"
#include "device/device.h"

namespace antiphon::cli {
namespace {

struct Flags {
  ServeSettings settings;
  std::string measured;  ///< "": all voices.
  bool quick = false;
  bool json = false;
};

void add(Diagnosis& diagnosis, std::vector<Finding> findings) {
  std::ranges::move(findings, std::back_inserter(diagnosis.findings));
}

/// Loads and measures each voice, or the one that is asked for.
void measure_voices(Diagnosis& diagnosis, const Flags& flags, const config::Config& config,
                    const voice::Catalogue& catalogue) {
  auto engines = make_engines(config.engine);
  for (const auto& entry : catalogue.voices) {
    if (!flags.measured.empty() && entry.id != flags.measured) continue;
    auto cost = measure_cost(engines, entry);
    if (!cost) {
      diagnosis.findings.push_back({.check = "voice",
                                    .severity = Severity::kFailure,
                                    .message = entry.id + ": " + cost.error(),
                                    .advice = "'antiphon voices verify " + entry.id + "' checks its files"});
      continue;
    }
    find_listeners(*cost, config, diagnosis.workers);
    if (cost->listeners == 0) {
      diagnosis.findings.push_back({.check = "voice",
                                    .severity = Severity::kWarning,
                                    .message = entry.id + " is slower here than it is spoken",
                                    .advice = "choose a voice that costs less"});
    }
    diagnosis.voices.push_back(std::move(*cost));
  }
  const auto named = std::ranges::find(catalogue.voices, flags.measured, &voice::CatalogueEntry::id);
  if (!flags.measured.empty() && named == catalogue.voices.end()) {
    diagnosis.findings.push_back({.check = "voice",
                                  .severity = Severity::kFailure,
                                  .message = "there is no voice '" + flags.measured + "'",
                                  .advice = "'antiphon voices list' shows those that are there"});
  }
}

Diagnosis diagnose(const Flags& flags) {
  Diagnosis diagnosis;
  config::Config config;
  try {
    config = flags.settings.effective();
    const auto& file = flags.settings.settings.file();
    diagnosis.findings.push_back(
        {.check = "configuration", .message = file.empty() ? "no file" : file.string() + " is right", .advice = {}});
  } catch (const config::Error& error) {
    diagnosis.findings.push_back(
        {.check = "configuration", .severity = Severity::kFailure, .message = error.what(), .advice = {}});
    return diagnosis;
  }
  diagnosis.workers = config::pool_options(config, device::usable_cores()).most;
  voice::Catalogue catalogue;
  add(diagnosis, check_store(config, catalogue));
  diagnosis.findings.push_back(check_port("port", config.server.host, config.server.port));
  if (!config.wyoming.listen.empty()) diagnosis.findings.push_back(check_wyoming(config));
  diagnosis.findings.push_back(check_processors(config));
  diagnosis.findings.push_back(check_files(config, diagnosis.workers));
  add(diagnosis, check_access(config));
  diagnosis.findings.push_back(check_time());
  diagnosis.findings.push_back(check_device(config));
  if (!flags.quick) measure_voices(diagnosis, flags, config, catalogue);
  std::uint64_t largest = 0;
  for (const auto& cost : diagnosis.voices) largest = std::max(largest, cost.bytes);
  diagnosis.findings.push_back(check_memory(config, diagnosis.workers, largest));
  return diagnosis;
}

int doctor(const Flags& flags) {
  const auto diagnosis = diagnose(flags);
  fmt::print("{}", flags.json ? to_json(diagnosis) : to_text(diagnosis));
  return exit_status(diagnosis);
}

}  // namespace

void add_doctor(CLI::App& app, Run& chosen) {
  auto* const command =
      app.add_subcommand("doctor", "Say whether a server would work here, and how many listeners it would carry");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  command->add_option("--measure", flags->measured, "Measure this voice alone");
  command->add_flag("--quick", flags->quick, "Load and measure no voice");
  command->add_flag("--json", flags->json, "Write JSON");
  command->footer(
      "Takes the flags of serve, and looks at what a server with these would meet. Exit status: 0 it will work, 1 it\n"
      "will not, 3 it will, with warnings, 2 wrong usage.\n"
      "Examples:\n"
      "  antiphon doctor\n"
      "  antiphon doctor --listen 0.0.0.0:8080 --config antiphon.toml --json");
  command->callback([flags, &chosen] { chosen = [flags] { return doctor(*flags); }; });
}

}  // namespace antiphon::cli
