#pragma once

#include <cstddef>
#include <cstdint>

/// Facts about Kokoro-82M, the same in each of its exports.
namespace antiphon::engine::kokoro {

inline constexpr std::uint32_t kSampleRate = 24'000;
inline constexpr std::uint32_t kHop = 600;            ///< Samples of a frame: 25 ms.
inline constexpr std::size_t kStyleFloats = 256;      ///< A row of a table of styles.
inline constexpr std::size_t kMostTokens = 510;       ///< Of a segment, without the silence (token 0) at both ends.
inline constexpr std::size_t kCurvePerFrame = 2;      ///< Values of the pitch, and of the loudness, in a frame.
inline constexpr std::uint32_t kMostChannels = 4096;  ///< Of the features of a frame; the model has 512.

/// What a row of the prior has for a frame: its features, then its pitch, then its loudness.
[[nodiscard]] constexpr std::size_t frame_floats(std::uint32_t channels) { return channels + 2 * kCurvePerFrame; }

}  // namespace antiphon::engine::kokoro
