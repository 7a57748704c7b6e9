#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/reading/source.h"

/// Inside text/reading only: the numbers that other classes are made of.
namespace antiphon::text::reading::english {

/// "1,234", "1234.50", ".5": digits with commas between thousands, and
/// decimals.
struct Number {
  std::size_t end = 0;
  std::string whole;  ///< Digits, without commas; empty for ".5".
  std::string decimals;
  bool grouped = false;  ///< It has commas.
  [[nodiscard]] bool is_one() const { return whole == "1" && decimals.empty(); }
};
[[nodiscard]] std::optional<Number> number_at(const Source& source, std::size_t at);
/// "one thousand two hundred thirty four point five".
[[nodiscard]] std::string words_of(const Number& number);
/// The digits of a name such as "B52", "A320", "t2000": "fifty two", "three twenty", "two thousand". REQUIRES: not
/// empty.
[[nodiscard]] std::string digits_of_serial(std::string_view digits);
/// "million" and the like behind `at` and a space, or tight "M", "bn"; what is
/// read and where it ends.
[[nodiscard]] std::optional<Match> magnitude_at(const Source& source, std::size_t at);
/// The value of a Roman numeral that is written as it should be; 0 for others
/// and beyond 3999.
[[nodiscard]] std::uint64_t value_of_roman(std::string_view numeral);

}  // namespace antiphon::text::reading::english
