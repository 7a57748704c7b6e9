#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "voice_import/error.h"

/// Cuts the graph of Kokoro-82M before its decoder. The parts are found by structure, not by names.
namespace antiphon::voice_import {

/// Serialised ONNX models, and what they promise. For P tokens and T frames:
struct KokoroGraphs {
  /// tokens int64 [1, P], style float [1, 256], speed float [1] -> durations float [1, P] in frames, features float
  /// [1, C, T], pitch and loudness float [1, 2 T].
  std::string plan;
  /// features, pitch, loudness and style -> audio float [600 T].
  std::string render;
  std::uint32_t channels = 0;  ///< C.
};

/// Takes a model of at most 1 GiB with the inputs tokens, style and speed and the output audio. Errors: kModelInvalid;
/// kModelUnsupported where the decoder cannot be told from the rest.
[[nodiscard]] Result<KokoroGraphs> cut_kokoro(std::string_view model);

}  // namespace antiphon::voice_import
