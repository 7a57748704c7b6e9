#include "voice_import/piper_config.h"

#include <algorithm>
#include <cctype>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "voice/phoneme_table.h"
#include "voice/strict_json.h"

namespace antiphon::voice_import {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostBytes = 4U << 20U;
constexpr std::size_t kMostKeys = 4'096;

constexpr std::uint32_t kMostSpeakers = 65'536;

std::uint32_t rate_from(const Json& json) {
  constexpr std::uint32_t kLeast = 4'000;
  constexpr std::uint32_t kMost = 192'000;
  return voice::StrictObject(json, "audio.").whole32("sample_rate", kLeast, kMost);
}

/// Older voices name no type: then it is espeak. The names of the trainer's enumeration are taken too.
std::string phoneme_type_from(voice::StrictObject& fields) {
  constexpr std::size_t kMostName = 64;
  if (!fields.has("phoneme_type")) return "espeak";
  const auto type = fields.text("phoneme_type", kMostName);
  if (type == "espeak" || type == "PhonemeType.ESPEAK") return "espeak";
  if (type == "text" || type == "PhonemeType.TEXT") return "text";
  fields.refuse("phoneme_type", "is '" + type + "'; only espeak and text are spoken");
}

void read_inference(const Json& json, PiperConfig& config) {
  constexpr double kMostNoise = 10;
  constexpr double kLeastLength = 0.01;
  constexpr double kMostLength = 100;
  voice::StrictObject fields(json, "inference.");
  const auto take = [&](const char* key, float& value, double least, double most) {
    if (fields.has(key)) value = static_cast<float>(fields.number(key, least, most));
  };
  take("noise_scale", config.noise_scale, 0, kMostNoise);
  take("noise_w", config.noise_w, 0, kMostNoise);
  take("length_scale", config.length_scale, kLeastLength, kMostLength);
}

/// Names by number; numbers without a name stand for themselves.
std::vector<std::string> speakers_from(voice::StrictObject& fields) {
  constexpr std::size_t kMostName = 256;
  const auto count = fields.has("num_speakers") ? fields.whole32("num_speakers", 0, kMostSpeakers) : 1;
  if (count <= 1) return {};
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  if (!fields.has("speaker_id_map")) return names;
  for (const auto& [name, number] : fields.object("speaker_id_map", kMostSpeakers).items()) {
    const bool is_odd = name.empty() || name.size() > kMostName ||
                        std::ranges::any_of(name, [](unsigned char c) { return std::iscntrl(c) != 0; });
    if (is_odd) throw std::runtime_error("speaker_id_map has an odd name");
    names[voice::whole_number(number, "speaker_id_map: " + name, 0, count - 1)] = name;
  }
  auto sorted = names;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    throw std::runtime_error("speaker_id_map: two speakers have the same name");
  }
  return names;
}

/// en_US and en-us become en-US; a language alone stays alone.
std::string language_tag(std::string code) {
  constexpr std::size_t kRegion = 2;
  std::ranges::replace(code, '_', '-');
  if (const auto dash = code.find('-'); dash != std::string::npos && code.size() - dash - 1 == kRegion) {
    std::transform(code.begin() + static_cast<std::ptrdiff_t>(dash), code.end(),
                   code.begin() + static_cast<std::ptrdiff_t>(dash),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  return code;
}

void read_language(voice::StrictObject& fields, PiperConfig& config) {
  constexpr std::size_t kMostVoice = 64;
  constexpr std::size_t kMostTag = 35;
  if (fields.has("espeak"))
    config.espeak_voice = voice::StrictObject(fields.any("espeak"), "espeak.").text("voice", kMostVoice);
  if (config.espeak_voice.empty() && config.phoneme_type == "espeak") fields.refuse("espeak", "names no voice");
  auto code = config.espeak_voice;
  if (fields.has("language")) {
    voice::StrictObject language(fields.any("language"), "language.");
    if (language.has("code")) code = language.text("code", kMostTag);
  }
  constexpr const char* kUndetermined = "und";
  config.language = code.empty() || code.size() > kMostTag ? kUndetermined : language_tag(code);
}

PiperConfig config_from(const Json& json) {
  voice::StrictObject fields(json, "");
  PiperConfig config;
  config.sample_rate = rate_from(fields.any("audio"));
  config.phoneme_type = phoneme_type_from(fields);
  if (fields.has("phoneme_map") && !fields.object("phoneme_map", kMostKeys).empty()) {
    fields.refuse("phoneme_map", "replaces phonemes by others, which is not known here");
  }
  config.phoneme_id_map = voice::phoneme_table_from(fields.object("phoneme_id_map", kMostKeys));
  if (fields.has("inference")) read_inference(fields.any("inference"), config);
  config.speakers = speakers_from(fields);
  read_language(fields, config);
  return config;
}

}  // namespace

Result<PiperConfig> parse_piper_config(std::string_view json) {
  const auto refuse = [](std::string message) {
    return std::unexpected(Error{.code = Errc::kConfigInvalid, .message = std::move(message)});
  };
  if (json.size() > kMostBytes) return refuse("the voice's JSON is larger than 4 MiB");
  try {
    return config_from(Json::parse(json));
  } catch (const std::exception& error) {
    return refuse(error.what());
  }
}

}  // namespace antiphon::voice_import
