#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "engine/ort/runtime.h"
#include "voice/manifest.h"
#include "voice_import/error.h"

namespace antiphon::voice_import {

/// How far a prepared voice lies from the model that it was made of, over all that was compared.
struct Verification {
  std::uint64_t samples = 0;
  std::uint64_t different = 0;    ///< Samples that differ by one step of 16 bits or more.
  std::uint64_t beyond = 0;       ///< Samples that differ by more than kMostDifference.
  int worst = 0;                  ///< In steps of 16 bits.
  double signal_to_noise_db = 0;  ///< Signal to noise of what is rendered, before it is rounded to 16 bits.
  voice::Costs costs;
};

/// More than this many steps of 16 bits is another sound.
inline constexpr int kMostDifference = 1;
/// What our own kernels may do, whose errors are of another kind: so few samples beyond that, and so little noise.
inline constexpr double kMostBeyondShare = 0.001;
inline constexpr double kLeastSignalToNoiseDb = 90;

struct VerifyOptions {
  std::uint32_t sentences = 3;     ///< Segments of random phonemes, of different lengths and speakers.
  std::uint32_t every_length = 0;  ///< Compares each number of frames up to this, besides those around a first grain.
};

/// Renders segments grain by grain, by the kernel that the manifest names, and by `original` in one piece with the same
/// noise. Takes seconds. Errors: kModelInvalid, kModelUnsupported, kRunFailed, kFileDamaged, and kVerifyFailed where
/// ONNX Runtime makes a sample differ by more than kMostDifference, or our own kernels too many, or too much noise.
[[nodiscard]] Result<Verification> verify_voice(const engine::ort::Runtime& runtime,
                                                const std::filesystem::path& folder, const voice::Manifest& manifest,
                                                std::string_view original, const VerifyOptions& options = {});

}  // namespace antiphon::voice_import
