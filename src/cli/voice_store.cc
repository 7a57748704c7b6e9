#include "cli/voice_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "engine/tone/manifest.h"
#include "process/installation.h"
#include "runtime/log.h"
#include "voice/catalogue.h"
#include "voice/default_voice.h"
#include "voice/seen_costs.h"

namespace antiphon::cli {
namespace {

constexpr std::array<std::string_view, 13> kOpenAiVoices = {
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin", "cedar"};

std::optional<scheduler::CostModel::Prior> cost_of(const std::filesystem::path& folder) {
  const auto seen = voice::read_seen_costs(folder);
  if (!seen) return std::nullopt;
  return scheduler::CostModel::Prior{
      .fixed = base::from_seconds(seen->fixed_seconds), .ratio = seen->render_ratio, .plan_ratio = seen->plan_ratio};
}

std::string identity_of(const voice::CatalogueEntry& entry) {
  if (entry.engine != "tone") return entry.identity;
  const auto manifest = engine::tone::read_manifest(entry.folder);
  return manifest ? engine::tone::identity_of(*manifest) : std::string();
}

audio::Gain gain_of(const voice::CatalogueEntry& entry, const config::Config& config) {
  const auto wanted = config.gains.find(entry.id);
  return audio::from_decibels(wanted != config.gains.end() ? wanted->second : entry.gain_db.value_or(0));
}

}  // namespace

std::string default_of(const config::Config& config, std::span<const voice::CatalogueEntry> voices) {
  if (voices.empty()) return {};
  const auto is_there = [&](const std::string& id) {
    return std::ranges::find(voices, id, &voice::CatalogueEntry::id) != voices.end();
  };
  const auto& configured = config.voices.preferred;
  if (!configured.empty()) {
    if (is_there(configured)) return configured;
    throw config::Error(
        fmt::format("voices.default: there is no voice '{}' in {}", configured, config.voices.folder.string()));
  }
  const auto chosen = voice::read_default_voice(config.voices.folder);
  if (!chosen) runtime::complain("no_default_voice", "the default voice is not known: " + chosen.error().message);
  if (!chosen || !*chosen) return voices.front().id;
  if (is_there(**chosen)) return **chosen;
  runtime::complain("no_default_voice",
                    fmt::format("the default voice '{}' is not there any more, so '{}' is it; 'antiphon voices default "
                                "ID' names another",
                                **chosen, voices.front().id));
  return voices.front().id;
}

delivery::VoiceDirectory open_voices(const config::Config& config) {
  const auto catalogue = voice::read_catalogue(config.voices.folder);
  if (!catalogue) throw config::Error(catalogue.error().message);
  for (const auto& fault : catalogue->faults) runtime::complain("not_a_voice", "not a voice: " + fault.message);

  for (const auto& [voice, gain] : config.gains) {
    if (std::ranges::find(catalogue->voices, voice, &voice::CatalogueEntry::id) == catalogue->voices.end()) {
      runtime::complain("no_such_voice", fmt::format("gains: there is no voice '{}'", voice));
    }
  }

  std::vector<delivery::ServedVoice> voices;
  for (const auto& entry : catalogue->voices) {
    voices.push_back({.id = entry.id,
                      .engine = entry.engine,
                      .language = entry.language,
                      .speakers = entry.speakers,
                      .rate = {entry.sample_rate},
                      .folder = entry.folder,
                      .cost = cost_of(entry.folder),
                      .version = std::to_string(entry.written),
                      .identity = identity_of(entry),
                      .gain = gain_of(entry, config),
                      .speaker_names = entry.engine == "kokoro" ? delivery::SpeakerNames::kStyles
                                                                : delivery::SpeakerNames::kBehindVoice});
  }
  auto aliases = config.aliases;
  if (!voices.empty()) {
    const auto preferred = std::ranges::find(voices, default_of(config, catalogue->voices), &delivery::ServedVoice::id);
    std::rotate(voices.begin(), preferred, preferred + 1);
    for (const auto name : kOpenAiVoices) aliases.try_emplace(std::string(name), voices.front().id);
  }
  return {std::move(voices), std::move(aliases)};
}

void keep_cost(const delivery::ServedVoice& voice, const scheduler::CostModel::Prior& cost) {
  const auto kept = voice::write_seen_costs(
      voice.folder,
      {.fixed_seconds = base::to_seconds(cost.fixed), .render_ratio = cost.ratio, .plan_ratio = cost.plan_ratio});
  if (!kept) runtime::log_warn("costs_not_kept", {{"voice", voice.id}, {"reason", kept.error().message}});
}

std::filesystem::path packaged_voice() { return process::installed("share/antiphon/voices/hibari"); }

std::string no_voices(const std::filesystem::path& folder) {
  const auto packaged = packaged_voice();
  std::error_code none;
  const auto source = std::filesystem::is_directory(packaged, none) ? packaged.string() : std::string("FILE.onnx");
  return fmt::format("there are no voices in {}; add one with 'antiphon voices add {}'", folder.string(), source);
}

}  // namespace antiphon::cli
