#include "text/reading/say_as.h"

#include <algorithm>
#include <array>
#include <vector>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"
#include "text/reading/european.h"
#include "text/reading/source.h"

namespace antiphon::text::reading {
namespace {

using characters::SayAs;
using std::string_view_literals::operator""sv;

/// Groups of digits with a pause between them: "5 5 5, 1 2 3". The phonemiser says the digits.
std::optional<std::string> telephone(std::string_view written) {
  std::string out;
  bool parted = false;
  for (const char c : written) {
    if (!is_digit(c) && c != '+') {
      parted = true;
      continue;
    }
    if (!out.empty()) out += parted ? ", " : " ";
    parted = false;
    out += c;
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

/// The digits of a whole number with commas or spaces between thousands; empty for anything else.
std::string whole_number(std::string_view written) {
  std::string digits;
  for (const char c : written) {
    if (is_digit(c)) digits += c;
    if (!is_digit(c) && c != ',' && c != ' ') return {};
  }
  return digits.size() > kMostDigits ? std::string() : digits;
}

/// A rule's reading of the whole of `written`.
std::optional<std::string> whole(Rule rule, std::string_view written) {
  const Source source(written);
  auto match = rule(source, 0);
  if (!match || match->end != written.size()) return std::nullopt;
  return std::move(match->spoken);
}

std::optional<std::string> english_cardinal(std::string_view written) {
  const bool minus = written.starts_with('-');
  if (minus) written.remove_prefix(1);
  const auto digits = whole_number(written);
  if (digits.empty()) {
    const auto roman = english::value_of_roman(written);
    return roman == 0 || minus ? std::nullopt : std::optional(english::cardinal(roman));
  }
  return (minus ? "minus " : "") +
         (digits.size() <= 18 ? english::cardinal(english::value_of(digits)) : english::each_digit(digits));
}

std::optional<std::string> english_ordinal(std::string_view written) {
  while (!written.empty() && (is_lower(written.back()) || written.back() == '.')) written.remove_suffix(1);
  const auto digits = whole_number(written);
  if (!digits.empty()) return english::ordinal(digits);
  const auto roman = english::value_of_roman(written);
  return roman == 0 ? std::nullopt : std::optional(english::ordinal(std::to_string(roman)));
}

std::optional<std::string> english_fraction(std::string_view written) {
  std::string plain(written);
  std::ranges::replace(plain, '+', ' ');
  return whole(english::fraction_sign, plain);
}

std::optional<std::string> english_time(std::string_view written) {
  std::string plain(written);
  std::ranges::replace(plain, '.', ':');
  if (auto spoken = whole(english::clock_time, written)) return spoken;
  return whole(english::clock_time, plain);
}

std::uint64_t month_named(std::string_view word, Language language) {
  if (european::knows(language)) return european::month_named(word, language);
  return language == Language::kEnglish ? english::month_of(word) : 0;
}

/// What the tables of other languages have; the phonemiser reads the rest.
std::optional<std::string> european_say_as(SayAs as, std::string_view written, Language language) {
  if (as == SayAs::kCurrency) return european::money_in(written, language);
  if (as == SayAs::kTime) return european::time_in(written, language);
  if (as < SayAs::kDate) return std::nullopt;
  const auto date = parse_date(as, written, language);
  return date ? std::optional(european::words_of(*date, language)) : std::nullopt;
}

std::string english_date(const Date& date) {
  std::string out;
  if (date.month > 0) out = english::month_name(date.month);
  if (date.day > 0) out += (out.empty() ? "" : " ") + english::ordinal(std::to_string(date.day));
  if (date.year == 0) return out;
  if (date.day > 0) out += ',';
  const auto year = date.year >= 1000 && date.year <= 2999 ? english::year(date.year) : english::cardinal(date.year);
  return (out.empty() ? "" : out + ' ') + year;
}

/// The letters of the parts of a date in their order: y, m, d.
std::string_view order_of(SayAs as) {
  constexpr std::array kOrders = {"mdy"sv, "dmy"sv, "ymd"sv, "ydm"sv, "md"sv, "dm"sv,
                                  "ym"sv,  "my"sv,  "y"sv,   "m"sv,   "d"sv};
  return kOrders[static_cast<std::size_t>(as) - static_cast<std::size_t>(SayAs::kDateMdy)];
}

/// Runs of digits or letters.
std::vector<std::string_view> parts_of(std::string_view written) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < written.size() && parts.size() < kMost;) {
    const bool digits = is_digit(written[at]);
    const auto of_part = [digits](char c) {
      return digits ? is_digit(c) : is_letter(c) || static_cast<unsigned char>(c) >= 0x80U;
    };
    auto end = at;
    while (end < written.size() && of_part(written[end])) ++end;
    if (end > at) parts.push_back(written.substr(at, end - at));
    at = std::max(end, at + 1);
  }
  return parts;
}

/// "20250105" has its parts in a row.
std::vector<std::string_view> split_digits(std::string_view digits, std::string_view order) {
  std::vector<std::string_view> parts;
  for (const char part : order) {
    const std::size_t size = part == 'y' ? 4 : 2;
    if (digits.size() < size) return {};
    parts.push_back(digits.substr(0, size));
    digits.remove_prefix(size);
  }
  return digits.empty() ? parts : std::vector<std::string_view>();
}

}  // namespace

std::optional<Date> parse_date(SayAs as, std::string_view written, Language language) {
  auto parts = parts_of(written);
  if (parts.empty()) return std::nullopt;
  const bool year_first = parts.front().size() == 4 || parts.size() == 1;
  const bool month_first = language == Language::kEnglish;
  const auto order = as != SayAs::kDate ? order_of(as) : year_first ? "ymd"sv : month_first ? "mdy"sv : "dmy"sv;
  if (parts.size() == 1 && order.size() > 1) parts = split_digits(parts.front(), order);
  if (parts.size() != order.size()) return std::nullopt;
  Date date;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool digits = is_digit(parts[i].front());
    if (digits ? parts[i].size() > 4 : order[i] != 'm') return std::nullopt;
    const auto value = digits ? english::value_of(parts[i]) : month_named(parts[i], language);
    if (value == 0) return std::nullopt;
    if (order[i] == 'y') date.year = parts[i].size() == 2 ? value + (value < 50 ? 2000 : 1900) : value;
    if (order[i] == 'm') date.month = value;
    if (order[i] == 'd') date.day = value;
  }
  if (date.month > 12 || date.day > 31) return std::nullopt;
  return date;
}

std::optional<std::string> say_as(SayAs as, std::string_view written, Language language) {
  if (as == SayAs::kTelephone) return telephone(written);
  if (european::knows(language)) return european_say_as(as, written, language);
  if (language != Language::kEnglish) return std::nullopt;
  switch (as) {
    case SayAs::kCardinal:
      return english_cardinal(written);
    case SayAs::kOrdinal:
      return english_ordinal(written);
    case SayAs::kFraction:
      return english_fraction(written);
    case SayAs::kCurrency:
      return whole(english::money, written);
    case SayAs::kTime:
      return english_time(written);
    case SayAs::kTelephone:
    case SayAs::kDate:
    case SayAs::kDateMdy:
    case SayAs::kDateDmy:
    case SayAs::kDateYmd:
    case SayAs::kDateYdm:
    case SayAs::kDateMd:
    case SayAs::kDateDm:
    case SayAs::kDateYm:
    case SayAs::kDateMy:
    case SayAs::kDateY:
    case SayAs::kDateM:
    case SayAs::kDateD:
      break;
  }
  const auto date = parse_date(as, written, language);
  return date ? std::optional(english_date(*date)) : std::nullopt;
}

}  // namespace antiphon::text::reading
