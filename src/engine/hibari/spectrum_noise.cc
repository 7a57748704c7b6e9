#include "engine/hibari/spectrum_noise.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/common/noise.h"

namespace antiphon::engine::hibari {
namespace {

constexpr std::size_t kQuantiles = 4'096;
/// What this noise is for, as the last word of the generator's counter; engine::NoiseUse has 0 and 1.
constexpr std::uint32_t kUse = 2;

}  // namespace

SpectrumNoise::SpectrumNoise() {
  std::vector<double> exact(kQuantiles);
  double energy = 0;
  for (std::size_t i = 0; i < kQuantiles; ++i) {
    exact[i] = normal_quantile((static_cast<double>(i) + 0.5) / kQuantiles);
    energy += exact[i] * exact[i];
  }
  const double scale = std::sqrt(static_cast<double>(kQuantiles) / energy);
  for (const double value : exact) quantiles_.push_back(static_cast<float>(value * scale));
}

void SpectrumNoise::fill(const NoiseKey& key, std::span<float> values) const {
  constexpr unsigned kHalfWord = 16;
  constexpr unsigned kUnused = 4;  // Of 16 bits 12 choose a quantile.
  const PhiloxKey seed = {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32U)};
  std::uint32_t block = 0;
  for (std::size_t i = 0; i < values.size(); ++block) {
    const auto words = philox({block, key.frame, key.segment_index, kUse}, seed);
    for (std::size_t w = 0; w < words.size() && i < values.size(); ++w) {
      values[i++] = quantiles_[words[w] >> (kHalfWord + kUnused)];
      if (i < values.size()) values[i++] = quantiles_[(words[w] & 0xFFFFU) >> kUnused];
    }
  }
}

}  // namespace antiphon::engine::hibari
