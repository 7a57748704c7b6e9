#include "engine/tone/layout.h"

namespace antiphon::engine::tone {

std::uint64_t samples_of(const ToneManifest& manifest, GrainKind kind, std::uint64_t rows) {
  const auto samples = rows * manifest.hop;
  switch (kind) {
    case GrainKind::kFirst:
      return samples > manifest.delay_samples ? samples - manifest.delay_samples : 0;
    case GrainKind::kLast:
      return samples + manifest.delay_samples;
    case GrainKind::kSingle:
    case GrainKind::kMiddle:
      break;
  }
  return samples;
}

std::vector<GrainSpec> layout(const ToneManifest& manifest, std::uint32_t frames) {
  std::vector<GrainSpec> grains;
  std::uint32_t row = 0;
  const auto add = [&](GrainKind kind, std::uint32_t rows) {
    const auto samples = static_cast<std::uint32_t>(samples_of(manifest, kind, rows));
    grains.push_back({.kind = kind, .row_begin = row, .row_end = row + rows, .samples = samples});
    row += rows;
  };
  if (frames <= manifest.first_frames) {
    add(GrainKind::kSingle, frames);
    return grains;
  }
  add(GrainKind::kFirst, manifest.first_frames);
  while (frames - row > manifest.grain_frames) add(GrainKind::kMiddle, manifest.grain_frames);
  add(GrainKind::kLast, frames - row);
  return grains;
}

}  // namespace antiphon::engine::tone
