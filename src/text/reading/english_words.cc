#include "text/reading/english_words.h"

#include <algorithm>
#include <array>

#include "text/reading/source.h"

namespace antiphon::text::reading::english {
namespace {

constexpr std::array<std::string_view, 20> kSmall = {
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::array<std::string_view, 10> kTens = {"",      "",      "twenty",  "thirty", "forty",
                                                    "fifty", "sixty", "seventy", "eighty", "ninety"};
constexpr std::array<std::string_view, 6> kGroups = {"",         " thousand", " million",
                                                     " billion", " trillion", " quadrillion"};
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::size_t kMostSpelt = 18;

std::string below_hundred(std::uint64_t number) {
  if (number < kSmall.size()) return std::string(kSmall[number]);
  std::string out(kTens[number / 10]);
  if (number % 10 != 0) (out += ' ') += kSmall[number % 10];
  return out;
}

std::string below_thousand(std::uint64_t number) {
  if (number < 100) return below_hundred(number);
  auto out = std::string(kSmall[number / 100]) + " hundred";
  if (number % 100 != 0) out += ' ' + below_hundred(number % 100);
  return out;
}

/// The ordinal of the last word of a cardinal.
std::string to_ordinal(std::string words) {
  struct Irregular {
    std::string_view cardinal;
    std::string_view ordinal;
  };
  constexpr std::array kIrregular = {Irregular{"one", "first"},     Irregular{"two", "second"},
                                     Irregular{"three", "third"},   Irregular{"five", "fifth"},
                                     Irregular{"eight", "eighth"},  Irregular{"nine", "ninth"},
                                     Irregular{"twelve", "twelfth"}};
  const auto begin = words.rfind(' ') == std::string::npos ? 0 : words.rfind(' ') + 1;
  const auto last = words.substr(begin);
  for (const auto& [cardinal, ordinal] : kIrregular) {
    if (last == cardinal) return words.replace(begin, last.size(), ordinal);
  }
  if (words.ends_with('y')) return words.replace(words.size() - 1, 1, "ieth");
  return words + "th";
}

}  // namespace

std::uint64_t value_of(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits.substr(0, kMostSpelt)) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

std::string cardinal(std::uint64_t number) {
  if (number == 0) return "zero";
  std::string out;
  std::uint64_t scale = 1;
  std::size_t group = 0;
  while (group + 1 < kGroups.size() && number / scale >= 1000) {
    scale *= 1000;
    ++group;
  }
  for (;; --group, scale /= 1000) {
    const auto part = number / scale % 1000;
    if (part != 0) {
      if (!out.empty()) out += ' ';
      (out += below_thousand(part)) += kGroups[group];
    }
    if (group == 0) return out;
  }
}

std::string cardinal(std::string_view digits) {
  const bool identifier = digits.size() > 1 && digits.front() == '0';
  if (digits.size() > kMostSpelt || identifier) return each_digit(digits);
  return cardinal(value_of(digits));
}

std::string grouped(std::string_view digits) {
  constexpr std::array<std::string_view, 11> kNames = {"",
                                                       " thousand",
                                                       " million",
                                                       " billion",
                                                       " trillion",
                                                       " quadrillion",
                                                       " quintillion",
                                                       " sextillion",
                                                       " septillion",
                                                       " octillion",
                                                       " nonillion"};
  if (digits.size() > 3 * kNames.size() || digits.starts_with('0')) return each_digit(digits);
  std::string out;
  for (auto left = digits.size(); left > 0;) {
    const auto group = (left - 1) / 3;
    const auto size = left - (3 * group);
    const auto part = value_of(digits.substr(digits.size() - left, size));
    left -= size;
    if (part == 0) continue;
    if (!out.empty()) out += ' ';
    (out += below_thousand(part)) += kNames[group];
  }
  return out;
}

std::string ordinal(std::string_view digits) { return to_ordinal(cardinal(digits)); }

std::string each_digit(std::string_view digits, std::string_view zero) {
  std::string out;
  for (const char c : digits) {
    if (!out.empty()) out += ' ';
    out += c == '0' ? zero : kSmall[static_cast<std::size_t>(c - '0')];
  }
  return out;
}

std::string year(std::uint64_t year) {
  const auto century = year / 100;
  const auto rest = year % 100;
  if (year % 1000 < 10) return cardinal(year);
  if (rest == 0) return below_hundred(century) + " hundred";
  return below_hundred(century) + (rest < 10 ? " oh " : " ") + below_hundred(rest);
}

std::string fraction(std::uint64_t numerator, std::uint64_t denominator) {
  const auto digits = std::to_string(denominator);
  std::string name = denominator == 2 ? "half" : denominator == 4 ? "quarter" : ordinal(digits);
  if (numerator != 1) name = denominator == 2 ? "halves" : name + 's';
  return cardinal(numerator) + ' ' + name;
}

std::string_view month_name(std::uint64_t month) { return kMonths[month - 1]; }

std::uint64_t month_of(std::string_view word) {
  const auto name = lower(word);
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    const auto month = lower(kMonths[i]);
    if (name == month || (name.size() == 3 && month.starts_with(name)) || (i == 8 && name == "sept")) return i + 1;
  }
  return 0;
}

}  // namespace antiphon::text::reading::english
