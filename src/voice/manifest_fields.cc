#include "voice/manifest_fields.h"

#include <stdexcept>
#include <utility>

#include "audio/gain.h"

namespace antiphon::voice {

using Json = nlohmann::json;

Json files_json(const std::vector<FileDigest>& files) {
  auto json = Json::array();
  for (const auto& file : files) json.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return json;
}

std::vector<FileDigest> files_from(const Json& json, FileNames names) {
  std::vector<FileDigest> files;
  for (const auto& item : json) {
    StrictObject fields(item, "files.");
    FileDigest file{.name = fields.text("name", 64),
                    .bytes = fields.whole("bytes", 0, std::uint64_t{1} << 40U),
                    .sha256 = digest_from(fields, "sha256")};
    fields.finish();
    if (names.needed.erase(file.name) + names.allowed.erase(file.name) == 0)
      throw std::runtime_error("files name one twice or an unknown one");
    files.push_back(std::move(file));
  }
  if (!names.needed.empty()) throw std::runtime_error("files lack " + *names.needed.begin());
  return files;
}

std::string digest_from(StrictObject& fields, const char* key) {
  constexpr std::size_t kDigits = 64;
  auto digest = fields.text(key, kDigits);
  if (digest.size() != kDigits || digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
    fields.refuse(key, "is not a sha256");
  }
  return digest;
}

std::optional<Costs> costs_from(StrictObject& fields) {
  if (!fields.has("costs")) return std::nullopt;
  constexpr double kMostMs = 1e9;
  StrictObject costs(fields.any("costs"), "costs.");
  Costs c{.plan_ms_per_audio_second = costs.number("plan_ms_per_audio_second", 0, kMostMs),
          .render_ms_per_audio_second = costs.number("render_ms_per_audio_second", 0, kMostMs)};
  costs.finish();
  return c;
}

std::optional<double> gain_from(StrictObject& fields) {
  if (!fields.has("gain_db")) return std::nullopt;
  return fields.number("gain_db", audio::kLeastGainDb, audio::kMostGainDb);
}

void add_measured(Json& json, const std::optional<Costs>& costs, const std::optional<double>& gain_db) {
  if (costs) {
    json["costs"] = {{"plan_ms_per_audio_second", costs->plan_ms_per_audio_second},
                     {"render_ms_per_audio_second", costs->render_ms_per_audio_second}};
  }
  if (gain_db) json["gain_db"] = *gain_db;
}

}  // namespace antiphon::voice
