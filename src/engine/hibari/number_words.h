#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Numbers in English words, in small letters.
namespace antiphon::engine::hibari {

using NumberWords = std::vector<std::string>;

/// Below this numbers are read as such; longer ones are read digit by digit.
inline constexpr std::uint64_t kNumbersEnd = 1'000'000'000'000'000'000;

/// number < kNumbersEnd. Without "and".
[[nodiscard]] NumberWords cardinal(std::uint64_t number);
/// "twenty third"; number < kNumbersEnd.
[[nodiscard]] NumberWords ordinal(std::uint64_t number);
/// "nineteen oh five", "two thousand five"; a number of four digits.
[[nodiscard]] NumberWords year(std::uint64_t number);

}  // namespace antiphon::engine::hibari
