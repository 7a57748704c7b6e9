#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/kokoro/layout.h"
#include "engine/kokoro/model.h"

namespace antiphon::engine::kokoro {

/// The first row of a grain: what all its frames share. The rows of its frames follow, frame_floats() values each.
struct GrainHead {
  std::uint32_t row = 0;     ///< Its own place in the prior.
  std::uint32_t frames = 0;  ///< Rows that follow.
  std::array<float, kStyleFloats> style{};
};
static_assert(sizeof(GrainHead) == 8 + 4 * kStyleFloats, "a row travels between machines");

/// What a grain leaves to the next of its segment.
struct Carried {
  std::uint32_t row = 0;  ///< Where the next grain begins.
  std::array<float, kFadeSamples> fading{};
};
static_assert(sizeof(Carried) == 4 + 4 * kFadeSamples, "a state travels between machines");

[[nodiscard]] constexpr std::size_t row_bytes(std::uint32_t channels) {
  return std::max(sizeof(GrainHead), sizeof(float) * frame_floats(channels));
}

/// `bytes` has at least the size of a T.
template <class T>
[[nodiscard]] T read_as(std::span<const std::byte> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

}  // namespace antiphon::engine::kokoro
