#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Inside text/reading only: numbers in American English.
namespace antiphon::text::reading::english {

/// "one million two hundred thirty four". Of up to 18 digits; longer ones, and
/// those that begin with a 0, are read digit by digit. `digits` are ASCII
/// digits.
[[nodiscard]] std::string cardinal(std::string_view digits);
[[nodiscard]] std::string cardinal(std::uint64_t number);
/// The same of digits that were written in groups of three, of up to 33 digits.
[[nodiscard]] std::string grouped(std::string_view digits);
/// "twenty second".
[[nodiscard]] std::string ordinal(std::string_view digits);
/// "five five five"; a 0 is "zero" or, as in telephone numbers and years, what
/// `zero` says.
[[nodiscard]] std::string each_digit(std::string_view digits, std::string_view zero = "zero");
/// "nineteen oh eight", "two thousand eight", "twenty twenty five", "nineteen
/// hundred". 1000 to 2999.
[[nodiscard]] std::string year(std::uint64_t year);
/// "one" or "one half", "three quarters", "five twelfths". Denominators 1 to
/// 999.
[[nodiscard]] std::string fraction(std::uint64_t numerator, std::uint64_t denominator);
/// The value of at most 18 digits.
[[nodiscard]] std::uint64_t value_of(std::string_view digits);
/// "January" for 1.
[[nodiscard]] std::string_view month_name(std::uint64_t month);
/// 1 to 12 for "january", "jan" and the like in any case, 0 for what is none.
[[nodiscard]] std::uint64_t month_of(std::string_view word);

}  // namespace antiphon::text::reading::english
