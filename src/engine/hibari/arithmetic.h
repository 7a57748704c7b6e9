#pragma once

#include <bit>
#include <cstdint>

/// The functions of a real number that the sound needs, of additions, multiplications and divisions alone: IEEE 754
/// defines their results to the last bit, which a library's exp and sin leave open. A compiler can compute several of
/// them at once, since none of them branches. Relative errors are below 1e-6.
namespace antiphon::engine::hibari {

/// The nearest whole number; |x| < 2^22.
[[nodiscard]] inline float nearest(float x) {
  constexpr float kAnchor = 12'582'912.0F;  // 1.5 * 2^23: the sum has no bits left for a fraction.
  return (x + kAnchor) - kAnchor;
}

/// e^x; x is clamped to -87 to 87, and what is no number counts as the least.
[[nodiscard]] inline float exponential(float x) {
  constexpr float kMost = 87.0F;
  constexpr float kLog2E = 1.44269504F;
  constexpr int kBias = 127;
  constexpr int kMantissaBits = 23;
  x = x > -kMost ? x : -kMost;
  x = x < kMost ? x : kMost;
  const float power = x * kLog2E;
  const float whole = nearest(power);
  const float t = power - whole;
  // 2^t for |t| <= 0.5, by its Taylor series.
  float sum = 1.54035304e-4F;
  sum = sum * t + 1.33335581e-3F;
  sum = sum * t + 9.61812911e-3F;
  sum = sum * t + 5.55041087e-2F;
  sum = sum * t + 2.40226507e-1F;
  sum = sum * t + 6.93147181e-1F;
  sum = sum * t + 1.0F;
  const auto scale = static_cast<std::uint32_t>(static_cast<std::int32_t>(whole) + kBias) << kMantissaBits;
  return sum * std::bit_cast<float>(scale);
}

[[nodiscard]] inline float hyperbolic_tangent(float x) { return 1.0F - 2.0F / (exponential(2.0F * x) + 1.0F); }

/// The sine of a quarter turn times x, for |x| <= 1, by its Taylor series.
[[nodiscard]] inline float sine_of_quarters(float x) {
  const float square = x * x;
  float sum = -3.59884324e-6F;
  sum = sum * square + 1.60441185e-4F;
  sum = sum * square - 4.68175414e-3F;
  sum = sum * square + 7.96926262e-2F;
  sum = sum * square - 6.45964098e-1F;
  sum = sum * square + 1.57079633F;
  return x * sum;
}

/// The sine of x turns; |x| < 2^20.
[[nodiscard]] inline float sine_of_turns(float x) {
  constexpr float kQuarters = 4.0F;
  const float turn = x - nearest(x);  // -0.5 to 0.5
  const float size = turn < 0 ? -turn : turn;
  const float folded = size > 0.25F ? 0.5F - size : size;
  return sine_of_quarters(kQuarters * (turn < 0 ? -folded : folded));
}

/// The cosine of x turns; |x| < 2^20.
[[nodiscard]] inline float cosine_of_turns(float x) {
  constexpr float kQuarters = 4.0F;
  const float turn = x - nearest(x);
  const float size = turn < 0 ? -turn : turn;
  return sine_of_quarters(kQuarters * (0.25F - size));
}

}  // namespace antiphon::engine::hibari
