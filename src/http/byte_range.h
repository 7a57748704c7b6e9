#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace antiphon::http {

/// One range of bytes, as a client asks for it (RFC 9110, 14.1.2).
struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last{};  ///< The last byte, at least `first`; nullopt: to the end.
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Reads a Range field. Returns nullopt where it is to be ignored, as RFC 9110 allows: another unit, several ranges,
/// the last so many bytes, or what is no range at all. Numbers beyond 64 bits are the largest one.
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view field);

/// The last byte of an answer whose length is not known yet: a number that no answer reaches (RFC 8673, 2.2).
inline constexpr std::uint64_t kVeryLargeByte = (std::uint64_t{1} << 53U) - 1;

/// Returns the Content-Range of a 206: "bytes 5-9/10". `length` of the whole; nullopt: not known yet. `range.first`
/// lies before the end.
[[nodiscard]] std::string content_range(const ByteRange& range, std::optional<std::uint64_t> length);
/// Returns the Content-Range of a 416: "bytes */10".
[[nodiscard]] std::string unsatisfied_range(std::uint64_t length);

}  // namespace antiphon::http
