#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace antiphon::audio {

/// A change of loudness. The default leaves the samples as they are.
struct Gain {
  double factor = 1.0;  ///< Factor of every sample; 0 is silence.
  friend bool operator==(const Gain&, const Gain&) = default;
};

/// The gain of a voice may lie between these.
inline constexpr double kLeastGainDb = -40.0;
inline constexpr double kMostGainDb = 40.0;

[[nodiscard]] inline double to_decibels(double factor) { return 20.0 * std::log10(factor); }
[[nodiscard]] inline Gain from_decibels(double decibels) { return {.factor = std::pow(10.0, decibels / 20.0)}; }
/// Both changes, one after the other.
[[nodiscard]] inline Gain operator*(Gain one, Gain other) { return {.factor = one.factor * other.factor}; }

/// The gain of a volume in decibels that is silence from `silent` on downwards.
[[nodiscard]] inline Gain from_volume(int decibels, int silent = static_cast<int>(kLeastGainDb)) {
  if (decibels == 0) return {};
  return decibels <= silent ? Gain{.factor = 0} : from_decibels(decibels);
}
/// Applies it to samples, each by itself; what is too loud for them is clipped.
inline void apply(Gain gain, std::span<std::int16_t> samples) {
  using Limits = std::numeric_limits<std::int16_t>;
  if (gain == Gain{}) return;
  for (auto& sample : samples) {
    const double scaled = std::clamp<double>(std::round(sample * gain.factor), Limits::min(), Limits::max());
    sample = static_cast<std::int16_t>(scaled);
  }
}

}  // namespace antiphon::audio
