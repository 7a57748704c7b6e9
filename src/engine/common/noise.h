#pragma once

#include <array>
#include <cstdint>
#include <span>

/// Random numbers as a function of where they are used, the same on every machine: no state, no order of drawing, and
/// only operations that IEEE 754 defines to the last bit.
namespace antiphon::engine {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (2011).
[[nodiscard]] PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key);

/// The standard normal value below which a fraction p of all lie; 0 < p < 1. Relative error about 1e-15 (Wichura,
/// "Algorithm AS 241: The Percentage Points of the Normal Distribution", 1988).
[[nodiscard]] double normal_quantile(double p);

/// What a noise value is for; values of different uses are independent.
enum class NoiseUse : std::uint32_t {
  kDuration = 0,  ///< Row = phoneme.
  kPrior = 1,     ///< Row = frame.
};

/// Standard normal noise of one segment of one utterance. Row r does not depend on the number of rows.
struct NoiseSource {
  std::uint64_t seed = 0;
  std::uint32_t segment_index = 0;

  /// Fills `values` with row `row`, lane by lane. Values lie within +-6.4.
  void fill(NoiseUse use, std::uint32_t row, std::span<float> values) const;
};

}  // namespace antiphon::engine
