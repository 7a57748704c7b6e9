#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace antiphon::net {

/// Reads a number of 1 to `most_digits` digits to `base`. Returns nullopt if `digits` is anything else, or more than a
/// T holds.
template <class T>
[[nodiscard]] std::optional<T> parse_number(std::string_view digits, int base, std::size_t most_digits) {
  T value{};
  if (digits.empty() || digits.size() > most_digits) return std::nullopt;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace antiphon::net
