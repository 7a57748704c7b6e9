#pragma once

#include <string>

/// For tests: a model with the structure of Kokoro's, narrow and with random weights.
namespace antiphon::voice_import {

inline constexpr int kToyKokoroTokens = 32;   ///< Tokens that the model knows.
inline constexpr int kToyKokoroChannels = 8;  ///< Of the features of a frame.

/// The bytes of kokoro.onnx. Every token lasts 2 to 8 frames at speed 1.
[[nodiscard]] std::string toy_kokoro_model();

}  // namespace antiphon::voice_import
