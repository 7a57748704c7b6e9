#include "tracing/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace antiphon::tracing {
namespace {

/// The number of `text`, which has lower-case hexadecimal digits alone, at most 16.
std::optional<std::uint64_t> parse_hex(std::string_view text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!std::ranges::all_of(text, is_digit)) return std::nullopt;
  constexpr int kBase = 16;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, kBase);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Context> parse_traceparent(std::string_view header) {
  // version "-" trace-id "-" parent-id "-" trace-flags
  constexpr std::size_t kBytes = 55;
  constexpr std::size_t kTrace = 3;
  constexpr std::size_t kHalf = 16;
  constexpr std::size_t kParent = kTrace + 2 * kHalf + 1;
  constexpr std::size_t kFlags = kParent + kHalf + 1;
  constexpr std::uint64_t kNoVersion = 0xff;
  if (header.size() < kBytes) return std::nullopt;
  if (header[kTrace - 1] != '-' || header[kParent - 1] != '-' || header[kFlags - 1] != '-') return std::nullopt;
  const auto version = parse_hex(header.substr(0, 2));
  const auto high = parse_hex(header.substr(kTrace, kHalf));
  const auto low = parse_hex(header.substr(kTrace + kHalf, kHalf));
  const auto parent = parse_hex(header.substr(kParent, kHalf));
  const auto flags = parse_hex(header.substr(kFlags, 2));
  if (!version || !high || !low || !parent || !flags || *version == kNoVersion) return std::nullopt;
  if (header.size() > kBytes && (*version == 0 || header[kBytes] != '-')) return std::nullopt;
  if ((*high == 0 && *low == 0) || *parent == 0) return std::nullopt;
  return Context{.trace = {.high = *high, .low = *low},
                 .span = {*parent},
                 .sampled = (*flags & 1U) != 0 ? Sampled::kYes : Sampled::kNo};
}

std::string to_hex(TraceId id) { return fmt::format("{:016x}{:016x}", id.high, id.low); }
std::string to_hex(SpanId id) { return fmt::format("{:016x}", id.value); }

}  // namespace antiphon::tracing
