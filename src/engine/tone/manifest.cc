#include "engine/tone/manifest.h"

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "base/sha256.h"
#include "file/writer.h"

namespace antiphon::engine::tone {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kFormatVersion = 1;
constexpr std::size_t kMaxManifestBytes = 1U << 20;
constexpr std::size_t kMaxSpeakers = 4096;
constexpr double kMaxSamples = 2'097'152;
constexpr double kMaxGrains = 4096;
constexpr double kMaxFrames = 700'000;
constexpr std::uint32_t kMaxDelay = 1U << 20;
constexpr double kMaxCostMs = 60'000;

std::unexpected<Error> corrupt(const std::filesystem::path& file, const std::string& what) {
  return std::unexpected(Error{Errc::kVoiceCorrupt, file.string() + ": " + what});
}

/// What is wrong with the values, if anything.
std::optional<std::string> fault_of(const ToneManifest& m) {
  const auto within = [](double value, double least, double most) { return value >= least && value <= most; };
  if (m.id.empty()) return "id is empty";
  if (m.speakers.size() > kMaxSpeakers) return "too many speakers";
  if (!within(m.sample_rate, 8'000, 192'000)) return "sample_rate is outside 8000 to 192000";
  if (!within(m.hop, 1, 65'536)) return "hop is outside 1 to 65536";
  if (m.grain_frames == 0 || m.first_frames == 0) return "grain_frames and first_frames must be at least 1";
  const bool some_left = std::uint64_t{m.first_frames} * m.hop > m.delay_samples;
  if (m.delay_samples > kMaxDelay || !some_left) return "delay_samples is out of range";
  if (!(m.seconds_per_character > 0 && m.seconds_per_character <= 60)) return "seconds_per_character is out of range";
  const double samples = m.max_segment_seconds * m.sample_rate;
  if (!within(samples, m.hop, kMaxSamples)) return "max_segment_seconds is out of range";
  if (samples / m.hop > kMaxFrames) return "max_segment_seconds gives too many frames";
  if (samples / m.hop / m.grain_frames > kMaxGrains - 2) return "max_segment_seconds gives too many grains";
  const auto& cost = m.cost;
  for (const double ms : {cost.per_audio_second_ms, cost.per_call_ms, cost.plan_ms_per_audio_second}) {
    if (!within(ms, 0, kMaxCostMs)) return "a cost is outside 0 to 60000 ms";
  }
  return std::nullopt;
}

Json to_json(const ToneManifest& m) {
  return {{"engine", "tone"},
          {"format", kFormatVersion},
          {"id", m.id},
          {"language", m.language},
          {"speakers", m.speakers},
          {"sample_rate", m.sample_rate},
          {"hop", m.hop},
          {"grain_frames", m.grain_frames},
          {"first_frames", m.first_frames},
          {"delay_samples", m.delay_samples},
          {"seconds_per_character", m.seconds_per_character},
          {"max_segment_seconds", m.max_segment_seconds},
          {"cost",
           {{"mode", m.cost.mode == Cost::Mode::kCpu ? "cpu" : "sleep"},
            {"per_audio_second_ms", m.cost.per_audio_second_ms},
            {"per_call_ms", m.cost.per_call_ms},
            {"plan_ms_per_audio_second", m.cost.plan_ms_per_audio_second}}}};
}

/// Takes fields out of a JSON object; a missing one leaves the default. Throws std::runtime_error on a wrong type,
/// and where a number would not fit: the library itself would wrap it.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {
    if (!object.is_object()) throw std::runtime_error("is not an object");
  }

  void take(const char* key, std::string& out) const {
    if (const auto* value = find(key)) out = value->get<std::string>();
  }
  void take(const char* key, std::vector<std::string>& out) const {
    if (const auto* value = find(key)) out = value->get<std::vector<std::string>>();
  }
  void take(const char* key, double& out) const {
    if (const auto* value = find(key)) out = value->get<double>();
  }
  void take(const char* key, std::uint32_t& out) const {
    const auto* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() > UINT32_MAX) {
      throw std::runtime_error(std::string(key) + " is not a whole number in range");
    }
    out = value->get<std::uint32_t>();
  }
  [[nodiscard]] const Json* find(const char* key) const {
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
  }

 private:
  const Json& object_;
};

Cost cost_from(const Json& json) {
  Cost cost;
  const Fields fields(json);
  std::string mode = "cpu";
  fields.take("mode", mode);
  if (mode != "cpu" && mode != "sleep") throw std::runtime_error("cost.mode is neither cpu nor sleep");
  cost.mode = mode == "cpu" ? Cost::Mode::kCpu : Cost::Mode::kSleep;
  fields.take("per_audio_second_ms", cost.per_audio_second_ms);
  fields.take("per_call_ms", cost.per_call_ms);
  fields.take("plan_ms_per_audio_second", cost.plan_ms_per_audio_second);
  return cost;
}

ToneManifest from_json(const Json& json) {
  const Fields fields(json);
  std::string engine;
  std::uint32_t format = 0;
  fields.take("engine", engine);
  fields.take("format", format);
  if (engine != "tone") throw std::runtime_error("is not a voice of the tone engine");
  if (format != kFormatVersion) throw std::runtime_error("has an unknown format version");
  ToneManifest m;
  fields.take("id", m.id);
  fields.take("language", m.language);
  fields.take("speakers", m.speakers);
  fields.take("sample_rate", m.sample_rate);
  fields.take("hop", m.hop);
  fields.take("grain_frames", m.grain_frames);
  fields.take("first_frames", m.first_frames);
  fields.take("delay_samples", m.delay_samples);
  fields.take("seconds_per_character", m.seconds_per_character);
  fields.take("max_segment_seconds", m.max_segment_seconds);
  if (const auto* cost = fields.find("cost")) m.cost = cost_from(*cost);
  return m;
}

}  // namespace

Result<ToneManifest> read_manifest(const std::filesystem::path& folder) {
  const auto path = folder / "manifest.json";
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{Errc::kVoiceNotFound, path.string() + " cannot be read"});
  std::string text(kMaxManifestBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxManifestBytes) return corrupt(path, "is too large for a manifest");
  try {
    auto manifest = from_json(Json::parse(text));
    if (auto fault = fault_of(manifest)) return corrupt(path, *fault);
    return manifest;
  } catch (const std::exception& e) {
    return corrupt(path, e.what());
  }
}

Result<void> write_tone_voice(const std::filesystem::path& folder, const ToneManifest& manifest) {
  if (auto fault = fault_of(manifest)) return std::unexpected(Error{Errc::kBadArgument, *fault});
  std::string text;
  try {
    std::filesystem::create_directories(folder);
    text = to_json(manifest).dump(2) + '\n';
  } catch (const std::exception& e) {
    return std::unexpected(Error{Errc::kEngineFailure, e.what()});
  }
  const auto written = file::replace(folder / "manifest.json", text);
  if (!written) return std::unexpected(Error{Errc::kEngineFailure, written.error().message});
  return std::expected<void, Error>();
}

std::string identity_of(const ToneManifest& manifest) {
  auto json = to_json(manifest);
  json.erase("cost");
  json.erase("id");
  return base::sha256_hex(json.dump());
}

}  // namespace antiphon::engine::tone
