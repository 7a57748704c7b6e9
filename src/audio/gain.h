#pragma once

#include <cmath>

namespace antiphon::audio {

/// A change of loudness. The default leaves the samples as they are.
struct Gain {
  double factor = 1.0;  ///< Of every sample; 0 is silence.
  friend bool operator==(const Gain&, const Gain&) = default;
};

/// The gain of a voice may lie between these.
inline constexpr double kLeastGainDb = -40.0;
inline constexpr double kMostGainDb = 40.0;

[[nodiscard]] inline double to_decibels(double factor) { return 20.0 * std::log10(factor); }
[[nodiscard]] inline Gain from_decibels(double decibels) { return {.factor = std::pow(10.0, decibels / 20.0)}; }
/// Both changes, one after the other.
[[nodiscard]] inline Gain operator*(Gain one, Gain other) { return {.factor = one.factor * other.factor}; }

}  // namespace antiphon::audio
