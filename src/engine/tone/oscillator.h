#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace antiphon::engine::tone {

/// One row of the prior: what sounds during one frame. Travels as these 16 bytes.
struct Row {
  std::uint32_t index = 0;  ///< Its place in the segment.
  std::uint32_t step = 0;   ///< Phase advance per sample of the lowest partial; 2^32 is one period.
  std::uint64_t key = 0;    ///< Joins the running hash, from which the noise comes.
};
static_assert(sizeof(Row) == 16);

/// What sounding one frame leaves to the next.
struct Running {
  std::uint32_t phase = 0;
  std::uint64_t hash = 0;
};

/// A bijection of 64-bit numbers with good avalanche (the finaliser of SplitMix64).
[[nodiscard]] std::uint64_t scramble(std::uint64_t x);

/// Appends `hop` samples for each row.
void sound(std::span<const Row> rows, std::uint32_t hop, Running& running, std::vector<std::int16_t>& out);

}  // namespace antiphon::engine::tone
