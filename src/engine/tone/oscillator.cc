#include "engine/tone/oscillator.h"

#include <array>

namespace antiphon::engine::tone {
namespace {

constexpr std::size_t kTableBits = 10;
constexpr std::size_t kTableSize = 1U << kTableBits;

/// sin(2 pi x) for x in [0, 1/4] by its Taylor series; evaluated by the compiler, so no library decides the bytes.
consteval double quarter_sine(double x) {
  const double angle = 6.283185307179586476925286766559 * x;
  double term = angle;
  double sum = angle;
  for (int n = 1; n < 12; ++n) {
    term *= -angle * angle / ((2.0 * n) * (2.0 * n + 1.0));
    sum += term;
  }
  return sum;
}

consteval std::array<std::int16_t, kTableSize> make_table() {
  std::array<std::int16_t, kTableSize> table{};
  constexpr std::size_t kQuarter = kTableSize / 4;
  for (std::size_t i = 0; i <= kQuarter; ++i) {
    const double x = static_cast<double>(i) / static_cast<double>(kTableSize);
    // NOLINTNEXTLINE(bugprone-incorrect-roundings): std::lround is not constexpr before C++23's library has it.
    const auto value = static_cast<std::int16_t>(32767.0 * quarter_sine(x) + 0.5);
    const auto negative = static_cast<std::int16_t>(-value);
    table[i] = value;
    table[2 * kQuarter - i] = value;
    table[(2 * kQuarter + i) % kTableSize] = negative;
    table[(4 * kQuarter - i) % kTableSize] = negative;
  }
  table[0] = 0;
  table[2 * kQuarter] = 0;
  return table;
}

constexpr auto kSine = make_table();

std::int32_t sine(std::uint32_t phase) { return kSine[phase >> (32 - kTableBits)]; }

}  // namespace

std::uint64_t scramble(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

void sound(std::span<const Row> rows, std::uint32_t hop, Running& running, std::vector<std::int16_t>& out) {
  out.reserve(out.size() + rows.size() * hop);
  for (const auto& row : rows) {
    running.hash = scramble(running.hash ^ row.key);
    auto noise = static_cast<std::uint32_t>(running.hash) | 1U;
    for (std::uint32_t i = 0; i < hop; ++i) {
      const auto partials = 6 * sine(running.phase) + 3 * sine(2 * running.phase) + sine(3 * running.phase);
      noise ^= noise << 13U;
      noise ^= noise >> 17U;
      noise ^= noise << 5U;
      out.push_back(static_cast<std::int16_t>(partials / 40 + static_cast<std::int32_t>(noise & 63U) - 32));
      running.phase += row.step;
    }
  }
}

}  // namespace antiphon::engine::tone
