#include <algorithm>
#include <array>

#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

bool is_day(std::uint64_t day) { return day >= 1 && day <= 31; }
bool is_month(std::uint64_t month) { return month >= 1 && month <= 12; }
bool is_year(std::uint64_t year) { return year >= 1000 && year <= 2999; }

/// A year of four digits at `at`; 0 where there is none.
std::uint64_t year_at(const Source& source, std::size_t at) {
  if (source.digits_end(at) != at + 4 || source.is_word(at + 4)) return 0;
  const bool decimal = source[at + 4] == '.' && is_digit(source[at + 5]);
  const bool grouped = source[at + 4] == ',' && is_digit(source[at + 5]);
  const auto value = value_of(source.slice(at, at + 4));
  return is_year(value) && !decimal && !grouped ? value : 0;
}

std::string month_and_day(std::uint64_t month, std::uint64_t day) {
  return std::string(month_name(month)) + ' ' + ordinal(std::to_string(day));
}

/// "2025-01-05", "2025/1/5".
std::optional<Match> iso_date(const Source& source, std::size_t at) {
  if (source.digits_end(at) != at + 4) return std::nullopt;
  const char sign = source[at + 4];
  const auto month_end = source.digits_end(at + 5);
  const auto end = source.digits_end(month_end + 1);
  if ((sign != '-' && sign != '/') || source[month_end] != sign) return std::nullopt;
  if (month_end == at + 5 || month_end > at + 7 || end == month_end + 1 || end > month_end + 3) return std::nullopt;
  const auto year_number = value_of(source.slice(at, at + 4));
  const auto month = value_of(source.slice(at + 5, month_end));
  const auto day = value_of(source.slice(month_end + 1, end));
  if (!is_year(year_number) || !is_month(month) || !is_day(day)) return std::nullopt;
  // The time of a timestamp is read as one.
  const bool timed = source[end] == 'T' && is_digit(source[end + 1]);
  return Match{.end = timed ? end + 1 : end,
               .spoken = month_and_day(month, day) + ", " + year(year_number) + (timed ? ", " : "")};
}

/// "1/5/2025", month first unless it can be none.
std::optional<Match> slashed_date(const Source& source, std::size_t at) {
  const auto first_end = source.digits_end(at);
  if (first_end == at || first_end > at + 2) return std::nullopt;
  const char sign = source[first_end];
  if (sign != '/' && sign != '-' && sign != '.') return std::nullopt;
  const auto second_end = source.digits_end(first_end + 1);
  if (second_end == first_end + 1 || second_end > first_end + 3 || source[second_end] != sign) return std::nullopt;
  const auto year_end = source.digits_end(second_end + 1);
  const auto length = year_end - second_end - 1;
  if ((length != 4 && !(length == 2 && sign == '/')) || source.is_word(year_end)) return std::nullopt;
  auto month = value_of(source.slice(at, first_end));
  auto day = value_of(source.slice(first_end + 1, second_end));
  if (sign == '.' || !is_month(month)) std::swap(month, day);
  auto number = value_of(source.slice(second_end + 1, year_end));
  if (length == 2) number += number < 50 ? 2000 : 1900;
  if (!is_month(month) || !is_day(day) || !is_year(number)) return std::nullopt;
  return Match{.end = year_end, .spoken = month_and_day(month, day) + ", " + year(number)};
}

/// The end of "st", "nd", "rd" or "th" at `at`, or `at`.
std::size_t ordinal_end(const Source& source, std::size_t at) {
  const auto end = source.letters_end(at);
  const auto suffix = lower(source.slice(at, end));
  return suffix == "st" || suffix == "nd" || suffix == "rd" || suffix == "th" ? end : at;
}

/// ", 2025" or " 2025" at `at`: what it is read as, and its end.
std::optional<Match> year_behind(const Source& source, std::size_t at) {
  const bool comma = source[at] == ',';
  auto begin = comma ? at + 1 : at;
  if (source[begin] != ' ') return std::nullopt;
  const auto value = year_at(source, begin + 1);
  if (value == 0) return std::nullopt;
  return Match{.end = begin + 5, .spoken = ", " + year(value)};
}

/// Whether the name of a month in small letters may be another word.
bool is_other_word(std::string_view month) { return month == "may" || month == "march" || month == "mar"; }

/// "Jan-15-2020", "Jan-15".
std::optional<Match> dashed_month(const Source& source, std::size_t at, std::size_t month_end, std::uint64_t month) {
  if (source[month_end] != '-') return std::nullopt;
  const auto day_end = source.digits_end(month_end + 1);
  const auto day = value_of(source.slice(month_end + 1, day_end));
  if (day_end > month_end + 3 || !is_day(day) || source.is_word(day_end)) {
    return std::nullopt;
  }
  if (source.is_word_before(at)) return std::nullopt;
  if (source[day_end] != '-') return Match{.end = day_end, .spoken = month_and_day(month, day)};
  const auto value = year_at(source, day_end + 1);
  if (value == 0) return std::nullopt;
  return Match{.end = day_end + 5, .spoken = month_and_day(month, day) + ", " + year(value)};
}

/// "January 5, 2025", "Jan. 5", "May 5-7", "March 2020", "july 4".
std::optional<Match> month_first(const Source& source, std::size_t at) {
  const auto end = source.letters_end(at);
  const auto word = source.slice(at, end);
  if (word.empty() || word.size() > 9 || (!is_upper(word.front()) && is_other_word(word))) return std::nullopt;
  const auto month = month_of(word);
  if (month == 0) return std::nullopt;
  if (auto dashed = dashed_month(source, at, end, month)) return dashed;
  const bool dot = source[end] == '.' && word.size() <= 4 && word != "May";
  const auto behind = dot ? end + 1 : end;
  if (source[behind] != ' ' || !is_digit(source[behind + 1])) return std::nullopt;
  const auto begin = behind + 1;
  if (const auto value = year_at(source, begin)) {
    return Match{.end = begin + 4, .spoken = std::string(month_name(month)) + ' ' + year(value)};
  }
  const auto digits_end = source.digits_end(begin);
  const auto day = value_of(source.slice(begin, digits_end));
  if (digits_end > begin + 2 || !is_day(day)) return std::nullopt;
  auto day_end = ordinal_end(source, digits_end);
  if (source.is_word(day_end) || source[day_end] == ':' || source[day_end] == '%') return std::nullopt;
  auto spoken = month_and_day(month, day);
  if (const auto dash = dash_at(source, day_end); dash > 0) {
    const auto last_end = source.digits_end(day_end + dash);
    const auto last = value_of(source.slice(day_end + dash, last_end));
    if (last_end <= day_end + dash + 2 && is_day(last) && !source.is_word(last_end)) {
      spoken += " to " + ordinal(std::to_string(last));
      day_end = last_end;
    }
  }
  if (const auto behind_day = year_behind(source, day_end)) {
    return Match{.end = behind_day->end, .spoken = spoken + behind_day->spoken};
  }
  return Match{.end = day_end, .spoken = std::move(spoken)};
}

/// "5 January 2025", "5th of May".
std::optional<Match> day_first(const Source& source, std::size_t at) {
  const auto digits_end = source.digits_end(at);
  const auto day = value_of(source.slice(at, digits_end));
  if (digits_end == at || digits_end > at + 2 || !is_day(day)) return std::nullopt;
  const auto day_end = ordinal_end(source, digits_end);
  if (source[day_end] != ' ') return std::nullopt;
  auto begin = day_end + 1;
  const bool of = source.has(begin, "of ");
  if (of) begin += 3;
  const auto end = source.letters_end(begin);
  const auto word = source.slice(begin, end);
  if (word.size() < 3 || word.size() > 9 || month_of(word) == 0) return std::nullopt;
  if (day_end == digits_end && of) return std::nullopt;
  if (!is_upper(word.front()) && is_other_word(word) && !year_behind(source, end)) return std::nullopt;
  const bool the = lower(source.word_before(at)) == "the";
  auto spoken = (the ? "" : "the ") + ordinal(std::to_string(day)) + " of " + std::string(month_name(month_of(word)));
  if (const auto behind = year_behind(source, end)) {
    return Match{.end = behind->end, .spoken = spoken + ' ' + behind->spoken.substr(2)};
  }
  return Match{.end = end, .spoken = std::move(spoken)};
}

/// "1990s" and "'90s".
std::optional<Match> one_decade(const Source& source, std::size_t at) {
  const bool quote = source[at] == '\'' || source.has(at, "\u2019");
  const auto begin = quote ? at + (source[at] == '\'' ? 1 : 3) : at;
  const auto end = source.digits_end(begin);
  const auto size = end - begin;
  if ((size != 2 && size != 4) || source[end - 1] != '0') return std::nullopt;
  const auto apostrophe = source[end] == '\'' ? 1U : 0U;
  if (source[end + apostrophe] != 's' || source.is_word(end + apostrophe + 1)) return std::nullopt;
  const auto value = value_of(source.slice(begin, end));
  if (size == 4 && !is_year(value)) return std::nullopt;
  auto spoken = size == 4 ? year(value) : cardinal(value);
  if (spoken.ends_with("y")) {
    spoken.replace(spoken.size() - 1, 1, "ies");
  } else {
    spoken += 's';
  }
  return Match{.end = end + apostrophe + 1, .spoken = std::move(spoken)};
}

/// One, or two as in "1960s-80s".
std::optional<Match> decade(const Source& source, std::size_t at) {
  auto from = one_decade(source, at);
  if (!from) return std::nullopt;
  const auto dash = dash_at(source, from->end);
  const auto to = dash > 0 ? one_decade(source, from->end + dash) : std::nullopt;
  return to ? Match{.end = to->end, .spoken = from->spoken + " to " + to->spoken} : from;
}

/// Whether what follows is counted rather than dated: "1500 people", "1200
/// miles".
bool is_counted(std::string_view next) {
  constexpr std::array kPlurals = {"people"sv,  "men"sv, "women"sv, "children"sv, "feet"sv,
                                   "percent"sv, "of"sv,  "or"sv,    "more"sv};
  constexpr std::array kVerbs = {"was"sv, "is"sv, "has"sv,       "as"sv,        "its"sv,     "this"sv,
                                 "his"sv, "us"sv, "champions"sv, "elections"sv, "olympics"sv};
  const auto word = lower(next);
  if (std::ranges::find(kPlurals, word) != kPlurals.end()) return word != "of" && word != "or";
  return word.size() > 2 && word.ends_with('s') && !word.ends_with("ss") &&
         std::ranges::find(kVerbs, word) == kVerbs.end() && is_lower(next.front());
}

bool is_year_word(std::string_view before) {
  constexpr std::array kWords = {"in"sv,     "since"sv,  "by"sv,     "from"sv,  "until"sv, "till"sv,
                                 "year"sv,   "after"sv,  "before"sv, "circa"sv, "of"sv,    "during"sv,
                                 "around"sv, "early"sv,  "late"sv,   "mid"sv,   "ca"sv,    "spring"sv,
                                 "summer"sv, "autumn"sv, "winter"sv, "fall"sv};
  return std::ranges::find(kWords, lower(before)) != kWords.end();
}

/// "476 AD", "1066 CE", "340 A.D.": a year of three or four digits; its era is left.
std::optional<Match> year_of_era(const Source& source, std::size_t at) {
  const auto end = source.digits_end(at);
  const auto size = end - at;
  const auto era = source[end] == ' ' ? end + 1 : end;
  constexpr std::array kEras = {"AD"sv, "BCE"sv, "BC"sv, "CE"sv, "A.D"sv, "B.C"sv, "C.E"sv};
  const bool named = std::ranges::any_of(
      kEras, [&](std::string_view name) { return source.has(era, name) && !source.is_word(era + name.size()); });
  if ((size != 3 && size != 4) || source[at] == '0' || !named) return std::nullopt;
  const auto value = value_of(source.slice(at, end));
  if (value % 100 == 0 || value >= 2000) return std::nullopt;
  const auto rest = value % 100;
  return Match{.end = end, .spoken = cardinal(value / 100) + (rest < 10 ? " oh " : " ") + cardinal(rest)};
}

}  // namespace

std::optional<Match> date(const Source& source, std::size_t at) {
  for (const auto rule : {iso_date, slashed_date, month_first, day_first}) {
    if (auto match = rule(source, at)) return match;
  }
  return std::nullopt;
}

std::optional<Match> year_number(const Source& source, std::size_t at) {
  if (auto match = decade(source, at)) return match;
  if (auto match = year_of_era(source, at)) return match;
  const auto value = year_at(source, at);
  if (value < 1100) return std::nullopt;
  const auto end = at + 4;
  const bool dated = is_year_word(source.word_before(at));
  if (!dated && is_counted(source.word_behind(end))) return std::nullopt;
  if (const auto dash = dash_at(source, end); dash > 0) {
    const auto to = year_at(source, end + dash);
    if (to > value) return Match{.end = end + dash + 4, .spoken = year(value) + " to " + year(to)};
    const auto short_end = source.digits_end(end + dash);
    const auto rest = value_of(source.slice(end + dash, short_end));
    if (short_end == end + dash + 2 && !source.is_word(short_end) && rest > value % 100) {
      return Match{.end = short_end, .spoken = year(value) + " to " + (rest < 10 ? "oh " : "") + cardinal(rest)};
    }
  }
  return Match{.end = end, .spoken = year(value)};
}

}  // namespace antiphon::text::reading::english
