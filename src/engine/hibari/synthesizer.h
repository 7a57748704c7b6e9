#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/hibari/pulses.h"
#include "engine/hibari/spectrum_noise.h"
#include "engine/hibari/transform.h"

namespace antiphon::engine::hibari {

/// What the network says about a frame: for each of kBins frequencies the logarithm of the harmonics' gain and how far
/// they are turned, the logarithm of the noise's gain, and logarithm and angle of a part of its own; in this order.
inline constexpr std::size_t kParts = 5;
inline constexpr std::size_t kSpectrumFloats = kParts * kBins;

/// How much later than its frame begins a sample is known: half a window. See voice::GrainGeometry.
inline constexpr std::size_t kDelaySamples = kWindow / 2;

/// What one frame leaves to the next.
struct Carried {
  std::array<float, kWindow - kHop> pulses{};  ///< The last ones.
  std::array<float, kWindow - kHop> sum{};     ///< Sum of windows that others still have to be added to.
  double phase = 0;                            ///< Phase of the pulses, in turns.
};

/// One frame of a segment.
struct Frame {
  /// In Hz: of the frame before, of this one, and of the two after; at the ends of the segment its own is repeated.
  std::array<float, 4> pitches{};
  NoiseKey noise;                   ///< noise.frame: its place in the segment.
  std::span<const float> spectrum;  ///< kSpectrumFloats.
  bool last = false;                ///< Whether it is the last of the segment.
};

/// Spectra to sound: the inverse of a short-time Fourier transform with a Hann window, whose spectra are made of the
/// harmonics of a pulse train, of noise and of a part that the network gives by itself. One thread at a time; no result
/// depends on another call's.
class Synthesizer {
 public:
  Synthesizer();

  /// Appends what is finished when this frame is added, nominally within +-1: nothing for the first two frames of a
  /// segment, kHop samples for another, and kDelaySamples more for the last. So a segment yields kHop for each frame.
  void add(const Frame& frame, Carried& carried, std::vector<float>& wave);

 private:
  using Samples = std::array<float, kWindow>;
  using Bins = std::array<std::complex<float>, kBins>;

  void excite(const Frame& frame, Carried& carried);
  void shape(const Frame& frame);
  void emit(std::span<const float> sum, std::size_t block, std::size_t blocks, std::vector<float>& wave) const;

  SpectrumNoise noise_;
  Transform transform_;
  Samples window_{};
  Samples samples_{};
  Bins spectrum_{};
  std::array<float, 2 * kBins> random_{};
};

}  // namespace antiphon::engine::hibari
