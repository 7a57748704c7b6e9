#include "cli/voices_list.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/voice_index.h"
#include "cli/voice_store.h"
#include "device/device.h"
#include "runtime/log.h"
#include "voice/catalogue.h"
#include "voice/seen_costs.h"

namespace antiphon::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kBytesPerMegabyte = 1e6;

/// What speaking with a voice costs, and how many listeners that allows.
struct Cost {
  double seconds = 0;  ///< Of a worker for each second of audio.
  std::string_view measured;
  std::uint64_t listeners = 0;
};

/// Listeners who play in real time beside each other, by what admission lets the workers of this machine promise.
std::uint64_t listeners_at(double seconds, const config::Config& config, std::uint32_t cores) {
  const auto promised = config::pool_options(config, cores).most * config.scheduler.utilisation;
  return static_cast<std::uint64_t>(std::floor(promised / seconds));
}

std::optional<Cost> cost_of(const voice::CatalogueEntry& entry, const config::Config& config) {
  const auto served = voice::read_costs_in_service(entry.folder);
  const auto costs = served ? served : voice::read_seen_costs(entry.folder);
  if (!costs) return std::nullopt;
  const auto seconds =
      costs->render_ratio + costs->plan_ratio + costs->fixed_seconds / base::to_seconds(config.scheduler.chunk_max);
  return Cost{.seconds = seconds,
              .measured = served ? "in service" : "when added",
              .listeners = listeners_at(seconds, config, device::usable_cores())};
}

std::string gain_words(const voice::CatalogueEntry& entry, const config::Config& config) {
  if (const auto wanted = config.gains.find(entry.id); wanted != config.gains.end()) {
    return fmt::format("{:+.2f} dB as configured", wanted->second);
  }
  if (entry.gain_db) return fmt::format("{:+.2f} dB", *entry.gain_db);
  return entry.engine == "tone" ? "+0.00 dB" : "loudness not measured";
}

std::string cost_words(const std::optional<Cost>& cost) {
  if (!cost) return "cost not measured: speak with it through the server";
  return fmt::format("{:.4f} s/s {}\t{} listeners", cost->seconds, cost->measured, cost->listeners);
}

std::string licence_of(const voice::CatalogueEntry& entry) {
  const auto* const known = entry.source_sha256.empty() ? nullptr : indexed_model(entry.source_sha256);
  return known == nullptr ? std::string() : std::string(known->licence);
}

void print_row(const voice::CatalogueEntry& entry, const config::Config& config, std::string_view preferred) {
  const auto licence = licence_of(entry);
  fmt::print("{}\t{}\t{}\t{} Hz\t{}\t{}\t{}\t{:.1f} MB\t{}{}\n", entry.id, entry.engine, entry.language,
             entry.sample_rate,
             entry.speakers.empty() ? "one speaker" : fmt::format("{}", fmt::join(entry.speakers, " ")),
             gain_words(entry, config), licence.empty() ? "licence not known" : licence,
             static_cast<double>(voice::bytes_of(entry)) / kBytesPerMegabyte, cost_words(cost_of(entry, config)),
             entry.id == preferred ? "\tdefault" : "");
}

Json json_of(const voice::CatalogueEntry& entry, const config::Config& config, std::string_view preferred) {
  Json row = {{"id", entry.id},
              {"default", entry.id == preferred},
              {"engine", entry.engine},
              {"language", entry.language},
              {"sample_rate", entry.sample_rate},
              {"speakers", entry.speakers},
              {"licence", nullptr},
              {"bytes", voice::bytes_of(entry)},
              {"gain_db", nullptr},
              {"seconds_per_audio_second", nullptr},
              {"measured", nullptr},
              {"listeners", nullptr}};
  if (const auto licence = licence_of(entry); !licence.empty()) row["licence"] = licence;
  const auto wanted = config.gains.find(entry.id);
  if (wanted != config.gains.end()) {
    row["gain_db"] = wanted->second;
  } else if (entry.gain_db) {
    row["gain_db"] = *entry.gain_db;
  }
  if (const auto cost = cost_of(entry, config)) {
    row["seconds_per_audio_second"] = cost->seconds;
    row["measured"] = cost->measured;
    row["listeners"] = cost->listeners;
  }
  return row;
}

/// Names and paths may be of any bytes.
std::string text_of(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace); }

bool has_word(std::string_view text, std::string_view word) {
  const auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::search(text, word, {}, lower, lower).begin() != text.end() || word.empty();
}

/// "" where the configuration names a voice that is not there: then it is needed to see which are.
std::string preferred_of(const config::Config& config, const voice::Catalogue& catalogue) {
  try {
    return default_of(config, catalogue.voices);
  } catch (const config::Error& error) {
    runtime::complain("no_default_voice", error.what());
    return {};
  }
}

Json package_row(const IndexedPackage& package) {
  return {{"registry", package.registry == Registry::kNpm ? "npm" : "pypi"},
          {"name", package.name},
          {"version", package.version},
          {"sha256", package.sha256},
          {"bytes", package.bytes}};
}

}  // namespace

int list_voices(const config::Config& config, ListForm form) {
  const auto catalogue = voice::read_catalogue(config.voices.folder);
  if (!catalogue) throw std::runtime_error(catalogue.error().message);
  const auto preferred = preferred_of(config, *catalogue);
  Json rows = Json::array();
  for (const auto& entry : catalogue->voices) {
    if (form == ListForm::kJson) {
      rows.push_back(json_of(entry, config, preferred));
    } else {
      print_row(entry, config, preferred);
    }
  }
  if (form == ListForm::kJson) {
    const auto workers = config::pool_options(config, device::usable_cores()).most;
    fmt::print("{}\n", text_of({{"voices", std::move(rows)}, {"workers", workers}}));
  }
  for (const auto& fault : catalogue->faults) fmt::print(stderr, "not a voice: {}\n", fault.message);
  return catalogue->faults.empty() ? 0 : 1;
}

int search_voices(std::string_view word, ListForm form) {
  Json rows = Json::array();
  for (const auto& voice : voice_index()) {
    const auto fields = {voice.id, voice.engine, voice.language, voice.about};
    if (std::ranges::none_of(fields, [&](std::string_view field) { return has_word(field, word); })) continue;
    auto packages = Json::array();
    for (const auto& package : voice.packages) packages.push_back(package_row(package));
    rows.push_back({{"id", voice.id},
                    {"engine", voice.engine},
                    {"language", voice.language},
                    {"licence", voice.licence},
                    {"about", voice.about},
                    {"packages", std::move(packages)},
                    {"bytes", voice.bytes()}});
    if (form == ListForm::kTable) {
      const auto& first = voice.packages.front();
      const auto more = voice.packages.size() - 1;
      fmt::print("{}\t{}\t{}\t{}\t{:.0f} MB\t{} {}{}\t{}\n", voice.id, voice.engine, voice.language, voice.licence,
                 static_cast<double>(voice.bytes()) / kBytesPerMegabyte, first.name, first.version,
                 more == 0 ? std::string() : fmt::format(" and {} more", more), voice.about);
    }
  }
  if (form == ListForm::kJson) fmt::print("{}\n", text_of({{"voices", rows}}));
  if (rows.empty()) fmt::print(stderr, "no voice of the index is like '{}'\n", word);
  return rows.empty() ? 1 : 0;
}

}  // namespace antiphon::cli
