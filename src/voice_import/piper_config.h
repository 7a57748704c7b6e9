#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "voice_import/error.h"

namespace antiphon::voice_import {

/// What Piper writes beside a model, in FILE.onnx.json.
struct PiperConfig {
  std::uint32_t sample_rate = 0;  ///< 4,000 to 192,000.
  std::string language;           ///< BCP 47, from language.code, else from the espeak voice.
  std::string espeak_voice;
  std::string phoneme_type;  ///< "espeak" or "text".
  std::map<std::string, std::vector<std::int64_t>> phoneme_id_map;
  float noise_scale = 0.667F;
  float noise_w = 0.8F;
  float length_scale = 1;
  std::vector<std::string> speakers;  ///< In the order of their numbers; empty where there is one.
};

/// Reads at most 4 MiB of JSON. Keys that Piper adds for its own use are left aside. Error: kConfigInvalid.
[[nodiscard]] Result<PiperConfig> parse_piper_config(std::string_view json);

}  // namespace antiphon::voice_import
