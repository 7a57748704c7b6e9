#include "http/byte_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "http/message.h"

namespace antiphon::http {
namespace {

/// Returns nullopt where `digits` are not only digits, or none.
std::optional<std::uint64_t> parse_number(std::string_view digits) {
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() ? number : std::numeric_limits<std::uint64_t>::max();
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view field) {
  const auto equals = field.find('=');
  if (equals == std::string_view::npos || !equal_ignoring_case(field.substr(0, equals), "bytes")) return std::nullopt;
  const auto range = trimmed(field.substr(equals + 1));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number(range.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash + 1 == range.size()) return ByteRange{.first = *first};
  const auto last = parse_number(range.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return ByteRange{.first = *first, .last = last};
}

std::string content_range(const ByteRange& range, std::optional<std::uint64_t> length) {
  const auto last = range.last.value_or(kVeryLargeByte);
  if (length) return fmt::format("bytes {}-{}/{}", range.first, std::min(last, *length - 1), *length);
  return fmt::format("bytes {}-{}/*", range.first, last);
}

std::string unsatisfied_range(std::uint64_t length) { return fmt::format("bytes */{}", length); }

}  // namespace antiphon::http
