#pragma once

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "engine/api/engine.h"

namespace antiphon::voice {

/// What the layout of a segment's grains follows from; part of a voice's identity.
struct GrainGeometry {
  std::uint32_t hop = 256;          ///< Samples per frame (row of the prior).
  std::uint32_t grain_frames = 18;  ///< Frames of a middle grain, and the most of a last one.
  std::uint32_t first_frames = 0;   ///< Frames of a first grain: a grain and the look-ahead.
  std::uint32_t delay_samples = 0;  ///< Output that first and middle grains hold back for the next.
  bool windowed = true;             ///< False: every segment is one single grain, and only hop counts.
  friend bool operator==(const GrainGeometry&, const GrainGeometry&) = default;
};

/// The samples that a grain of this kind yields for `frames` frames.
[[nodiscard]] constexpr std::uint32_t samples_of(const GrainGeometry& geometry, engine::GrainKind kind,
                                                 std::uint32_t frames) {
  const auto whole = frames * geometry.hop;
  switch (kind) {
    case engine::GrainKind::kSingle:
    case engine::GrainKind::kMiddle:
      return whole;
    case engine::GrainKind::kFirst:
      return whole - geometry.delay_samples;
    case engine::GrainKind::kLast:
      return whole + geometry.delay_samples;
  }
  return 0;
}

/// The grains of a segment of `frames` frames, at least 1 and at most 2^31 / hop: one single grain up to
/// first_frames; else a first, middles while more than grain_frames are left, and a last. Their samples sum up to
/// frames * hop.
[[nodiscard]] inline std::vector<engine::GrainSpec> grain_layout(const GrainGeometry& geometry, std::uint32_t frames) {
  ANTIPHON_CHECK(frames > 0 && frames <= (1U << 31U) / geometry.hop, "a segment of no or too many frames");
  std::vector<engine::GrainSpec> grains;
  std::uint32_t begin = 0;
  const auto append = [&](engine::GrainKind kind, std::uint32_t count) {
    grains.push_back({kind, begin, begin + count, samples_of(geometry, kind, count)});
    begin += count;
  };
  if (!geometry.windowed || frames <= geometry.first_frames) {
    append(engine::GrainKind::kSingle, frames);
    return grains;
  }
  append(engine::GrainKind::kFirst, geometry.first_frames);
  while (frames - begin > geometry.grain_frames) append(engine::GrainKind::kMiddle, geometry.grain_frames);
  append(engine::GrainKind::kLast, frames - begin);
  return grains;
}

}  // namespace antiphon::voice
