#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/characters/signs.h"
#include "text/reading/reading.h"

/// Inside text/reading only: what the writer of a text says that a part of it is (SSML's say-as).
namespace antiphon::text::reading {

/// A longer part is read as it is written. In bytes.
inline constexpr std::size_t kLongestSaid = 128;

/// What is said for `written`. Returns nullopt where it is no such thing, or the language needs no help with it.
[[nodiscard]] std::optional<std::string> say_as(characters::SayAs as, std::string_view written, Language language);

/// A date, or a part of one; 0 for what it does not have.
struct Date {
  std::uint64_t year = 0;
  std::uint64_t month = 0;
  std::uint64_t day = 0;
};
/// The date that `written` is where its parts have the order of `as`; a year of two digits is of 1950 to 2049.
[[nodiscard]] std::optional<Date> parse_date(characters::SayAs as, std::string_view written, Language language);

}  // namespace antiphon::text::reading
