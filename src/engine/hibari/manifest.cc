#include "engine/hibari/manifest.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/sha256.h"
#include "engine/hibari/synthesizer.h"
#include "file/writer.h"
#include "voice/manifest_fields.h"
#include "voice/strict_json.h"
#include "voice/voice_id.h"

namespace antiphon::engine::hibari {
namespace {

using Json = nlohmann::json;
using voice::StrictObject;

constexpr std::uint32_t kFormat = 1;
/// Changes whenever the same package would be prepared to other bytes, or spoken with others.
constexpr std::uint32_t kPreparation = 1;
constexpr std::size_t kMostSymbols = 4'096;
constexpr std::size_t kMostSymbolBytes = 16;
constexpr std::size_t kMostTags = 256;

Json deciding_json(const Manifest& m) {
  return {{"engine", "hibari"},
          {"format", kFormat},
          {"preparation", kPreparation},
          {"sample_rate", kSampleRate},
          {"phonemes", m.phonemes},
          {"features", m.features},
          {"letters", m.letters},
          {"sounds", m.sounds},
          {"longest_word", m.longest_word},
          {"tags", m.tags},
          {"max_segment_seconds", m.max_segment_seconds},
          {"files", voice::files_json(m.files)}};
}

std::vector<std::string> symbols_from(StrictObject& fields, const char* key, std::size_t most) {
  std::vector<std::string> symbols;
  for (const auto& symbol : fields.array(key, most)) {
    if (!symbol.is_string()) fields.refuse(key, "has an item that is not a text");
    symbols.push_back(symbol.get<std::string>());
    if (symbols.back().empty() || symbols.back().size() > kMostSymbolBytes) {
      fields.refuse(key, "has an item that is empty or too long");
    }
  }
  if (symbols.empty()) fields.refuse(key, "is empty");
  return symbols;
}

std::map<std::string, std::int64_t> phonemes_from(StrictObject& fields) {
  constexpr std::uint64_t kMostId = 65'535;
  std::map<std::string, std::int64_t> phonemes;
  for (const auto& [phoneme, id] : fields.object("phonemes", kMostSymbols).items()) {
    if (phoneme.empty() || phoneme.size() > kMostSymbolBytes) fields.refuse("phonemes", "has a name of a wrong length");
    phonemes[phoneme] = static_cast<std::int64_t>(voice::whole_number(id, "phonemes", 0, kMostId));
  }
  return phonemes;
}

Manifest from_json(const Json& json) {
  constexpr std::size_t kMostFiles = 16;
  StrictObject fields(json, "");
  if (fields.text("engine", 64) != "hibari") fields.refuse("engine", "is not hibari");
  if (fields.any("format") != kFormat) fields.refuse("format", "is unknown: add the voice again");
  if (fields.any("preparation") != kPreparation) fields.refuse("preparation", "is another one: add the voice again");
  Manifest m;
  m.id = fields.text("id", 64);
  if (!voice::valid_voice_id(m.id)) fields.refuse("id", "is not a voice id");
  m.language = fields.text("language", 35);
  (void)fields.whole32("sample_rate", kSampleRate, kSampleRate);
  (void)fields.array("speakers", 0);
  m.phonemes = phonemes_from(fields);
  m.features = fields.whole32("features", 1, 4'096);
  m.letters = symbols_from(fields, "letters", kMostSymbols);
  m.sounds = symbols_from(fields, "sounds", kMostSymbols);
  m.longest_word = fields.whole32("longest_word", 1, 256);
  m.tags = symbols_from(fields, "tags", kMostTags);
  m.max_segment_seconds = fields.number("max_segment_seconds", 0.1, 60);
  m.source_sha256 = voice::digest_from(fields, "source_sha256");
  m.files = voice::files_from(fields.array("files", kMostFiles),
                              {.needed = {kPlanFile, kHeadFile, kSpellingFile, kWordsFile, kMoreWordsFile, kTagsFile,
                                          kKnownFile, kWeightsFile, kTokensFile},
                               .allowed = {}});
  m.costs = voice::costs_from(fields);
  m.gain_db = voice::gain_from(fields);
  const auto identity = voice::digest_from(fields, "identity");
  fields.finish();
  if (identity != identity_of(m)) fields.refuse("identity", "does not fit the rest: add the voice again");
  return m;
}

}  // namespace

voice::GrainGeometry geometry() {
  constexpr std::uint32_t kGrainFrames = 18;
  return {.hop = kHop,
          .grain_frames = kGrainFrames,
          .first_frames = kGrainFrames + kDelaySamples / kHop,
          .delay_samples = kDelaySamples,
          .windowed = true};
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
  json["speakers"] = Json::array();
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

bool is_hibari(const std::filesystem::path& folder) {
  const auto text = voice::read_manifest_text(folder);
  if (!text) return false;
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return false;
  const auto engine = json.find("engine");
  return engine != json.end() && *engine == "hibari";
}

}  // namespace antiphon::engine::hibari
