#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace antiphon::engine::hibari {

inline constexpr std::size_t kHop = 300;              ///< Samples of a frame.
inline constexpr std::size_t kWindow = 1'200;         ///< Samples of a transform, centred on the frame's first sample.
inline constexpr std::size_t kBins = 601;             ///< Frequencies of a transform.
inline constexpr std::uint32_t kSampleRate = 24'000;  ///< Hz.

/// Fills `out`, a frame's samples, with the sum of all harmonics of the pitch up to 11 kHz, each a cosine of amplitude
/// 1. `pitches`: in Hz, of the frame before, the frame and the frame after; between the middles of frames the pitch is
/// interpolated. Below 40 Hz there is no voice, and the sample is 0. `phase`: in turns, from 0 to 1, carried on.
void fill_pulses(const std::array<float, 3>& pitches, double& phase, std::span<float, kHop> out);

}  // namespace antiphon::engine::hibari
