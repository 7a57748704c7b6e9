#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace antiphon::engine::hibari {

/// What a row of the prior begins with; the features follow, a byte each. A row has all that its frame needs but what
/// was carried over from the frame before.
struct RowHead {
  std::uint64_t seed = 0;
  std::uint32_t segment_index = 0;
  std::uint32_t frame = 0;         ///< Its own place in the segment.
  std::array<float, 4> pitches{};  ///< See Frame.
  float scale = 0;                 ///< Scale of the features.
  float zero_point = 0;
};
static_assert(sizeof(RowHead) == 40, "a row travels between machines");

[[nodiscard]] inline std::size_t row_bytes(std::size_t features) { return sizeof(RowHead) + features; }

[[nodiscard]] inline RowHead head_of(std::span<const std::byte> row) {
  RowHead head;
  std::memcpy(&head, row.data(), sizeof(head));
  return head;
}

}  // namespace antiphon::engine::hibari
