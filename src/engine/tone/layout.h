#pragma once

#include <cstdint>
#include <vector>

#include "engine/api/engine.h"
#include "engine/tone/manifest.h"

namespace antiphon::engine::tone {

/// The grains of a segment of `frames` frames (at least 1): one single grain up to first_frames, else first, middles
/// while more than grain_frames are left, last. All but the last hold delay_samples back.
[[nodiscard]] std::vector<GrainSpec> layout(const ToneManifest& manifest, std::uint32_t frames);

/// The samples that a grain of this kind yields for `rows` rows.
[[nodiscard]] std::uint64_t samples_of(const ToneManifest& manifest, GrainKind kind, std::uint64_t rows);

}  // namespace antiphon::engine::tone
