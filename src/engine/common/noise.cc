#include "engine/common/noise.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace antiphon::engine {
namespace {

constexpr std::size_t kWords = 4;

/// Coefficients from the highest power down.
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0;
  for (const double coefficient : coefficients) sum = sum * x + coefficient;
  return sum;
}

/// The natural logarithm of a normal number, by its area hyperbolic tangent series; exact to about 1e-16.
double logarithm(double x) {
  constexpr double kLn2 = 0.693147180559945309417232121458;
  constexpr double kSqrt2 = 1.41421356237309504880168872421;
  constexpr std::uint64_t kMantissa = (1ULL << 52U) - 1;
  constexpr std::uint64_t kOne = 1023ULL << 52U;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<double>(static_cast<int>(bits >> 52U) - 1023);
  auto mantissa = std::bit_cast<double>((bits & kMantissa) | kOne);
  if (mantissa > kSqrt2) {
    mantissa /= 2;
    exponent += 1;
  }
  const double s = (mantissa - 1) / (mantissa + 1);
  constexpr std::array<double, 11> kSeries = {1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                                              1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3,  1.0};
  return 2 * s * polynomial(kSeries, s * s) + exponent * kLn2;
}

double central_quantile(double q) {
  constexpr std::array<double, 8> kNumerator = {
      2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
      1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0};
  constexpr std::array<double, 8> kDenominator = {
      5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
      5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0};
  const double r = 0.180625 - q * q;
  return q * polynomial(kNumerator, r) / polynomial(kDenominator, r);
}

/// Of the lower tail's probability, as a distance from 0.
double tail_quantile(double p) {
  constexpr std::array<double, 8> kNearNumerator = {
      7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
      3.64784832476320460504e0,  5.76949722146069140550e0,  4.63033784615654529590e0,  1.42343711074968357734e0};
  constexpr std::array<double, 8> kNearDenominator = {
      1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
      6.89767334985100004550e-1, 1.67638483018380384940e0,  2.05319162663775882187e0,  1.0};
  constexpr std::array<double, 8> kFarNumerator = {
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
      2.96560571828504891230e-1, 1.78482653991729133580e0,  5.46378491116411436990e0,  6.65790464350110377720e0};
  constexpr std::array<double, 8> kFarDenominator = {
      2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
      1.48753612908506148525e-2,  1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};
  const double r = std::sqrt(-logarithm(p));
  if (r <= 5) return polynomial(kNearNumerator, r - 1.6) / polynomial(kNearDenominator, r - 1.6);
  return polynomial(kFarNumerator, r - 5) / polynomial(kFarDenominator, r - 5);
}

}  // namespace

PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t first = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t second = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(second >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
               static_cast<std::uint32_t>(first >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

double normal_quantile(double p) {
  constexpr double kCentral = 0.425;
  const double q = p - 0.5;
  if (std::abs(q) <= kCentral) return central_quantile(q);
  return q < 0 ? -tail_quantile(p) : tail_quantile(1 - p);
}

void NoiseSource::fill(NoiseUse use, std::uint32_t row, std::span<float> values) const {
  constexpr double kStep = 0x1p-32;
  const PhiloxKey key = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
  std::uint32_t block = 0;
  for (std::size_t begin = 0; begin < values.size(); begin += kWords, ++block) {
    const auto words = philox({block, row, segment_index, static_cast<std::uint32_t>(use)}, key);
    const auto count = std::min(kWords, values.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      values[begin + i] = static_cast<float>(normal_quantile((static_cast<double>(words[i]) + 0.5) * kStep));
    }
  }
}

}  // namespace antiphon::engine
