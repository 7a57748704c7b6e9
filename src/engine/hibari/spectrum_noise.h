#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace antiphon::engine::hibari {

/// Whose noise it is.
struct NoiseKey {
  std::uint64_t seed = 0;
  std::uint32_t segment_index = 0;
  std::uint32_t frame = 0;
};

/// Normally distributed noise in steps of 1 / 4,096 of probability, mean 0 and variance 1, as a function of where it is
/// used, the same on every machine. Coarser and faster than engine::NoiseSource: a frame has 1,202 values, of which 600
/// are added up for every sample that is heard.
class SpectrumNoise {
 public:
  SpectrumNoise();
  void fill(const NoiseKey& key, std::span<float> values) const;

 private:
  std::vector<float> quantiles_;
};

}  // namespace antiphon::engine::hibari
