#pragma once

#include <string>

/// For tests: models with the structure of a hibari package, narrow and with random weights.
namespace antiphon::voice_import {

inline constexpr int kToyHibariSymbols = 16;  ///< Ids that the model knows.

/// The bytes of hibari.onnx. Every phoneme lasts 1 to 4 steps of two frames.
[[nodiscard]] std::string toy_hibari_model();

/// Those of oov.onnx: letter i is said as sound i.
[[nodiscard]] std::string toy_spelling_model();

}  // namespace antiphon::voice_import
