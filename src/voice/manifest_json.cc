#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "base/sha256.h"
#include "voice/manifest.h"
#include "voice/manifest_fields.h"
#include "voice/phoneme_table.h"
#include "voice/strict_json.h"
#include "voice/voice_id.h"

namespace antiphon::voice {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kFormat = 1;
/// Changes whenever the same model would be prepared to other bytes.
constexpr std::uint32_t kPreparation = 3;
constexpr std::uint64_t kMostStateBytes = 64U << 20U;

Json geometry_json(const GrainGeometry& g) {
  return {{"hop", g.hop},
          {"grain_frames", g.grain_frames},
          {"first_frames", g.first_frames},
          {"delay_samples", g.delay_samples},
          {"windowed", g.windowed}};
}

GrainGeometry geometry_from(const Json& json) {
  constexpr std::uint32_t kMostHop = 65'536;
  constexpr std::uint32_t kMostFrames = 4'096;
  StrictObject fields(json, "geometry.");
  GrainGeometry g;
  g.windowed = fields.flag("windowed");
  g.hop = fields.whole32("hop", 1, kMostHop);
  g.grain_frames = fields.whole32("grain_frames", 1, kMostFrames);
  g.first_frames = fields.whole32("first_frames", g.windowed ? 1 : 0, kMostFrames);
  g.delay_samples = fields.whole32("delay_samples", 0, g.windowed ? (g.first_frames * g.hop) - 1 : 0);
  fields.finish();
  return g;
}

Json states_json(const std::vector<StateTensor>& states) {
  auto json = Json::array();
  for (const auto& state : states) json.push_back({{"channels", state.channels}, {"length", state.length}});
  return json;
}

std::vector<StateTensor> states_from(const Json& json) {
  std::vector<StateTensor> states;
  std::uint64_t bytes = 0;
  for (const auto& item : json) {
    StrictObject fields(item, "states.");
    const StateTensor state{.channels = fields.whole32("channels", 1, 1U << 16U),
                            .length = fields.whole32("length", 1, 1U << 20U)};
    fields.finish();
    bytes += std::uint64_t{state.channels} * state.length * sizeof(float);
    if (bytes > kMostStateBytes) throw std::runtime_error("states are too large");
    states.push_back(state);
  }
  return states;
}

std::vector<FileDigest> piper_files(const Json& json, bool windowed, Kernel kernel) {
  constexpr std::array kAlways{kPlanFile, kRenderSingleFile, kRenderWeightsFile};
  constexpr std::array kWindowed{kRenderFirstFile, kRenderMiddleFile, kRenderLastFile};
  std::set<std::string, std::less<>> awaited(kAlways.begin(), kAlways.end());
  if (windowed) awaited.insert(kWindowed.begin(), kWindowed.end());
  if (kernel != Kernel::kOrt) awaited.insert(kNetworkFile);
  return files_from(json, {.needed = std::move(awaited), .allowed = {kNetworkFile, kSpeakerFile}});
}

std::vector<std::string> speakers_from(const Json& json) {
  std::vector<std::string> speakers;
  for (const auto& name : json) {
    if (!name.is_string()) throw std::runtime_error("speakers has an item that is not a text");
    speakers.push_back(name.get<std::string>());
  }
  return speakers;
}

Json deciding_json(const Manifest& m) {
  return {{"engine", "piper"},
          {"format", kFormat},
          {"preparation", kPreparation},
          {"sample_rate", m.sample_rate},
          {"phoneme_type", m.phoneme_type},
          {"espeak_voice", m.espeak_voice},
          {"phoneme_id_map", m.phoneme_id_map},
          {"noise_scale", m.noise_scale},
          {"noise_w", m.noise_w},
          {"length_scale", m.length_scale},
          {"speaker_input", m.speaker_input},
          {"prior_channels", m.prior_channels},
          {"geometry", geometry_json(m.geometry)},
          {"kernel", name_of(m.kernel)},
          {"states", states_json(m.states)},
          {"max_segment_seconds", m.max_segment_seconds},
          {"files", files_json(m.files)}};
}

void take_text_fields(StrictObject& fields, Manifest& m) {
  m.id = fields.text("id", 64);
  if (!valid_voice_id(m.id)) fields.refuse("id", "is not a voice id");
  m.language = fields.text("language", 35);
  m.phoneme_type = fields.text("phoneme_type", 16);
  if (m.phoneme_type != "espeak" && m.phoneme_type != "text") fields.refuse("phoneme_type", "is unknown");
  m.espeak_voice = fields.text("espeak_voice", 64);
  m.phoneme_id_map = phoneme_table_from(fields.object("phoneme_id_map", 4'096));
  m.speakers = speakers_from(fields.array("speakers", 65'536));
}

Manifest from_json(const Json& json) {
  StrictObject fields(json, "");
  if (fields.text("engine", 64) != "piper") fields.refuse("engine", "is not piper");
  if (fields.any("format") != kFormat) fields.refuse("format", "is unknown: add the voice again");
  if (fields.any("preparation") != kPreparation) fields.refuse("preparation", "is another one: add the voice again");
  Manifest m;
  take_text_fields(fields, m);
  m.sample_rate = fields.whole32("sample_rate", 4'000, 192'000);
  m.noise_scale = static_cast<float>(fields.number("noise_scale", 0, 10));
  m.noise_w = static_cast<float>(fields.number("noise_w", 0, 10));
  m.length_scale = static_cast<float>(fields.number("length_scale", 0.01, 100));
  m.speaker_input = fields.flag("speaker_input");
  m.prior_channels = fields.whole32("prior_channels", 1, 4'096);
  m.geometry = geometry_from(fields.any("geometry"));
  m.not_windowed_because = fields.text("not_windowed_because", 1'024);
  const auto kernel = parse_kernel(fields.text("kernel", 16));
  if (!kernel) fields.refuse("kernel", "is unknown");
  m.kernel = *kernel;
  m.not_fast_because = fields.text("not_fast_because", 1'024);
  m.states = states_from(fields.array("states", m.geometry.windowed ? 4'096 : 0));
  m.max_segment_seconds = fields.number("max_segment_seconds", 0.1, 60);
  m.source_sha256 = digest_from(fields, "source_sha256");
  m.files = piper_files(fields.array("files", 16), m.geometry.windowed, m.kernel);
  m.costs = costs_from(fields);
  m.gain_db = gain_from(fields);
  const auto identity = digest_from(fields, "identity");
  fields.finish();
  if (identity != identity_of(m)) fields.refuse("identity", "does not fit the rest: add the voice again");
  return m;
}

}  // namespace

std::string identity_of(const Manifest& manifest) { return base::sha256_hex(deciding_json(manifest).dump()); }

Result<Manifest> parse_manifest(std::string_view json) {
  try {
    return from_json(Json::parse(json));
  } catch (const std::exception& e) {
    return std::unexpected(Error{Errc::kManifestInvalid, e.what()});
  }
}

std::string source_in(std::string_view json) {
  const auto parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object()) return {};
  const auto found = parsed.find("source_sha256");
  return found != parsed.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string to_json(const Manifest& manifest) {
  auto json = deciding_json(manifest);
  json["id"] = manifest.id;
  json["language"] = manifest.language;
  json["speakers"] = manifest.speakers;
  json["not_windowed_because"] = manifest.not_windowed_because;
  json["not_fast_because"] = manifest.not_fast_because;
  json["source_sha256"] = manifest.source_sha256;
  json["identity"] = identity_of(manifest);
  add_measured(json, manifest.costs, manifest.gain_db);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace antiphon::voice
