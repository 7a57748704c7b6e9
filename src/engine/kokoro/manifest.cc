#include "engine/kokoro/manifest.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/sha256.h"
#include "engine/kokoro/front/files.h"
#include "engine/kokoro/model.h"
#include "file/writer.h"
#include "voice/manifest_fields.h"
#include "voice/strict_json.h"
#include "voice/voice_id.h"

namespace antiphon::engine::kokoro {
namespace {

using Json = nlohmann::json;
using voice::StrictObject;

constexpr std::uint32_t kFormat = 1;
/// Changes whenever the same model would be prepared to other bytes, or spoken with others.
constexpr std::uint32_t kPreparation = 1;
constexpr std::size_t kMostSpeakers = 4'096;
constexpr std::size_t kMostSpeakerBytes = 64;
constexpr std::size_t kMostFiles = 32;

Json deciding_json(const Manifest& m) {
  return {{"engine", "kokoro"},
          {"format", kFormat},
          {"preparation", kPreparation},
          {"sample_rate", kSampleRate},
          {"speakers", m.speakers},
          {"channels", m.channels},
          {"max_segment_seconds", m.max_segment_seconds},
          {"files", voice::files_json(m.files)}};
}

std::vector<std::string> speakers_from(StrictObject& fields) {
  std::vector<std::string> speakers;
  for (const auto& name : fields.array("speakers", kMostSpeakers)) {
    if (!name.is_string()) fields.refuse("speakers", "has an item that is not a text");
    speakers.push_back(name.get<std::string>());
    if (speakers.back().empty() || speakers.back().size() > kMostSpeakerBytes) {
      fields.refuse("speakers", "has a name that is empty or too long");
    }
  }
  return speakers;
}

Manifest from_json(const Json& json) {
  StrictObject fields(json, "");
  if (fields.text("engine", 64) != "kokoro") fields.refuse("engine", "is not kokoro");
  if (fields.any("format") != kFormat) fields.refuse("format", "is unknown: add the voice again");
  if (fields.any("preparation") != kPreparation) fields.refuse("preparation", "is another one: add the voice again");
  Manifest m;
  m.id = fields.text("id", 64);
  if (!voice::valid_voice_id(m.id)) fields.refuse("id", "is not a voice id");
  m.language = fields.text("language", 35);
  (void)fields.whole32("sample_rate", kSampleRate, kSampleRate);
  m.speakers = speakers_from(fields);
  m.channels = fields.whole32("channels", 1, kMostChannels);
  m.max_segment_seconds = fields.number("max_segment_seconds", 0.1, 60);
  m.source_sha256 = voice::digest_from(fields, "source_sha256");
  m.files = voice::files_from(
      fields.array("files", kMostFiles),
      {.needed = {kPlanFile, kRenderFile}, .allowed = {reader_files().begin(), reader_files().end()}});
  m.costs = voice::costs_from(fields);
  m.gain_db = voice::gain_from(fields);
  const auto identity = voice::digest_from(fields, "identity");
  fields.finish();
  if (identity != identity_of(m)) fields.refuse("identity", "does not fit the rest: add the voice again");
  return m;
}

}  // namespace

const std::vector<std::string>& reader_files() {
  static const std::vector<std::string> names(front::kFiles.begin(), front::kFiles.end());
  return names;
}

std::string identity_of(const Manifest& manifest) {
  return base::sha256_hex(deciding_json(manifest).dump(-1, ' ', false, Json::error_handler_t::replace));
}

voice::Result<Manifest> parse_manifest(std::string_view json) {
  try {
    return from_json(Json::parse(json));
  } catch (const std::exception& e) {
    return std::unexpected(voice::Error{voice::Errc::kManifestInvalid, e.what()});
  }
}

std::string to_json(const Manifest& manifest) {
  auto json = deciding_json(manifest);
  json["id"] = manifest.id;
  json["language"] = manifest.language;
  json["source_sha256"] = manifest.source_sha256;
  json["identity"] = identity_of(manifest);
  voice::add_measured(json, manifest.costs, manifest.gain_db);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

voice::Result<Manifest> read_manifest(const std::filesystem::path& folder) {
  const auto text = voice::read_manifest_text(folder);
  if (!text) return std::unexpected(text.error());
  auto manifest = parse_manifest(*text);
  if (!manifest) manifest.error().message = (folder / voice::kManifestFile).string() + ": " + manifest.error().message;
  return manifest;
}

voice::Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
  auto written = file::replace(folder / voice::kManifestFile, to_json(manifest));
  if (!written) return std::unexpected(voice::Error{voice::Errc::kFileFailure, std::move(written.error().message)});
  return {};
}

bool is_kokoro(const std::filesystem::path& folder) {
  const auto text = voice::read_manifest_text(folder);
  if (!text) return false;
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return false;
  const auto engine = json.find("engine");
  return engine != json.end() && *engine == "kokoro";
}

}  // namespace antiphon::engine::kokoro
