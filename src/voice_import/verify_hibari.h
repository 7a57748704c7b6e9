#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "engine/hibari/manifest.h"
#include "engine/ort/runtime.h"
#include "voice_import/error.h"

namespace antiphon::voice_import {

struct HibariVerification {
  std::uint64_t frames = 0;  ///< Compared, in each 3,005 values.
  double worst = 0;          ///< Largest difference between the original's and ours: of logarithms, or of angles.
  voice::Costs costs;        ///< On this machine, on one thread.
};

/// Runs sentences of random phonemes through the original model in one piece, and through the prepared graphs frame by
/// frame as grains are rendered. The durations must be the same and no value may differ by more than 0.001.
/// Errors: kVerifyFailed, kRunFailed, kModelInvalid.
[[nodiscard]] Result<HibariVerification> verify_hibari(const engine::ort::Runtime& runtime,
                                                       const std::filesystem::path& folder,
                                                       const engine::hibari::Manifest& manifest,
                                                       std::string_view original);

}  // namespace antiphon::voice_import
