#include "text/reading/european.h"

#include <algorithm>

#include "text/characters/characters.h"
#include "text/reading/english_words.h"
#include "text/reading/european_words.h"

namespace antiphon::text::reading::european {
namespace {

using english::value_of;

/// "1.234.567,50": digits, and decimals behind a comma. Thousands are parted by full stops or, in French, by spaces; a
/// full stop before fewer or more than three digits parts decimals, too.
struct Number {
  std::size_t end = 0;
  std::string whole;
  std::string decimals;
  [[nodiscard]] bool is_one() const { return whole == "1" && decimals.empty(); }
};

std::optional<Number> number_at(const Source& source, std::size_t at, Language language) {
  Number number{.end = source.digits_end(at)};
  if (number.end == at || number.end - at > 18) return std::nullopt;
  number.whole = source.slice(at, number.end);
  const auto group = [&](std::size_t end) {
    const bool parted = source[end] == '.' || (source[end] == ' ' && language == Language::kFrench);
    return parted && source.digits_end(end + 1) == end + 4 && number.whole.size() <= 15;
  };
  const bool groups = number.whole.size() <= 3;
  while (groups && group(number.end)) {
    number.whole += source.slice(number.end + 1, number.end + 4);
    number.end += 4;
  }
  if ((source[number.end] == ',' || source[number.end] == '.') && is_digit(source[number.end + 1])) {
    const auto end = source.digits_end(number.end + 1);
    number.decimals = source.slice(number.end + 1, end);
    number.end = end;
  }
  return number;
}

std::string digits_of(const Number& number) {
  return number.decimals.empty() ? number.whole : number.whole + ',' + number.decimals;
}

/// A word as the table has it: ASCII letters may be capitals.
bool has_word(const Source& source, std::size_t at, std::string_view word) {
  return lower(source.slice(at, std::min(at + word.size(), source.size()))) == word &&
         (!source.is_word(at + word.size()) || word.ends_with('.'));
}

struct Sign {
  const Currency* currency = nullptr;
  std::size_t end = 0;
};
Sign currency_at(const Source& source, std::size_t at, const Words& words) {
  for (const auto& currency : words.currencies) {
    if (source.has(at, currency.sign)) return {.currency = &currency, .end = at + currency.sign.size()};
    const bool coded = !currency.code.empty() && source.has(at, currency.code);
    if (coded && !source.is_word(at + currency.code.size())) {
      return {.currency = &currency, .end = at + currency.code.size()};
    }
  }
  return {};
}

std::string amount_of(const Number& number, const Currency& currency, const Words& words) {
  const bool parts = number.decimals.size() == 2 && !currency.many_parts.empty();
  if (!parts) {
    return number.is_one() ? std::string(currency.one) : digits_of(number) + ' ' + std::string(currency.many);
  }
  const auto part = value_of(number.decimals);
  auto whole = number.whole == "1" ? std::string(currency.one) : number.whole + ' ' + std::string(currency.many);
  auto named =
      part == 1 ? std::string(currency.one_part) : std::to_string(part) + ' ' + std::string(currency.many_parts);
  if (part == 0) return whole;
  if (value_of(number.whole) == 0) return named;
  return whole + ' ' + std::string(words.and_part) + (words.names_parts ? named : std::to_string(part));
}

/// "3 millions d'euros"
std::string amount_of(const Number& number, const Magnitude& magnitude, const Currency& currency, const Words& words) {
  const bool one = number.whole == "1";
  auto out = digits_of(number) + ' ' + std::string(one ? magnitude.one : magnitude.many) + ' ';
  const bool thousand = magnitude.one == magnitude.many;
  if (thousand) return out + std::string(currency.many);
  const bool vowel = std::string_view("aeiou").contains(currency.many.front());
  out += words.elides && vowel ? "d'" : words.of;
  return out + std::string(currency.many);
}

std::optional<Match> money(const Source& source, std::size_t at, Language language) {
  const auto& words = words_in(language);
  auto sign = currency_at(source, at, words);
  auto begin = sign.currency != nullptr ? source.skip_spaces(sign.end) : at;
  const auto number = number_at(source, begin, language);
  if (!number) return std::nullopt;
  auto end = number->end;
  const Magnitude* magnitude = nullptr;
  const auto behind = source.skip_spaces(end);
  for (const auto& one : words.magnitudes) {
    if (magnitude == nullptr && (has_word(source, behind, one.written) ||
                                 (source.has(behind, one.written) && !source.is_word(behind + one.written.size()))))
      magnitude = &one;
    // "3 M€" stands tight.
    if (magnitude == nullptr && lower(source.slice(behind, behind + one.written.size())) == one.written &&
        currency_at(source, behind + one.written.size(), words).currency != nullptr)
      magnitude = &one;
    if (magnitude == &one) end = behind + one.written.size();
  }
  if (sign.currency == nullptr) {
    auto next = source.skip_spaces(end);
    for (const auto of : {"d'", "de ", "di "}) {
      if (magnitude != nullptr && source.has(next, of)) next += std::string_view(of).size();
    }
    sign = currency_at(source, next, words);
    if (sign.currency == nullptr) return std::nullopt;
    end = sign.end;
    // "5 $50" is no amount of dollars.
    if (is_digit(source[end])) return std::nullopt;
  } else if (source.is_word(end)) {
    return std::nullopt;
  }
  return Match{.end = end,
               .spoken = magnitude != nullptr ? amount_of(*number, *magnitude, *sign.currency, words)
                                              : amount_of(*number, *sign.currency, words)};
}

/// Whether a time stands at `at`, and where its parts are: "14:30", "14h30", "14 h 30", in German "14.30 Uhr".
struct Clock {
  std::size_t end = 0;
  std::uint64_t hour = 0;
  std::optional<std::uint64_t> minutes{};
};

std::optional<Clock> clock_at(const Source& source, std::size_t at, const Words& words) {
  const auto hour_end = source.digits_end(at);
  if (hour_end == at || hour_end > at + 2) return std::nullopt;
  Clock clock{.end = hour_end, .hour = value_of(source.slice(at, hour_end))};
  if (clock.hour > 24) return std::nullopt;
  const bool german = words.mark == "Uhr";
  const auto behind = source.skip_spaces(hour_end);
  const bool letter = !german && (source[behind] == 'h' || source[behind] == 'H') && behind <= hour_end + 1;
  auto begin = letter ? behind + 1 : hour_end + 1;
  if (letter && source[begin] == ' ' && is_digit(source[begin + 1])) ++begin;
  const bool stop = source[hour_end] == '.';
  if (!letter && source[hour_end] != ':' && !stop) return std::nullopt;
  const auto minutes_end = source.digits_end(begin);
  const bool minutes = minutes_end == begin + 2 && source[begin] <= '5';
  if (!minutes) {
    if (!letter || source.is_word(behind + 1)) return std::nullopt;
    clock.end = behind + 1;
    return clock;
  }
  clock.minutes = value_of(source.slice(begin, minutes_end));
  clock.end = minutes_end;
  const auto mark = source.skip_spaces(minutes_end);
  const bool marked = !words.mark.empty() && source.has(mark, words.mark) && !source.is_word(mark + words.mark.size());
  if (marked) clock.end = mark + words.mark.size();
  // "14.30" alone is a number; "14:30:05" is left to the phonemiser.
  const bool goes_on = source[minutes_end] == ':' || (source[minutes_end] == '.' && is_digit(source[minutes_end + 1]));
  return (stop && !marked) || source.is_word(minutes_end) || goes_on ? std::nullopt : std::optional(clock);
}

std::optional<Match> clock_time(const Source& source, std::size_t at, Language language) {
  const auto& words = words_in(language);
  const auto clock = clock_at(source, at, words);
  if (!clock) return std::nullopt;
  const bool full = !clock->minutes || *clock->minutes == 0;
  const auto hour = std::to_string(clock->hour);
  if (full) {
    return Match{.end = clock->end,
                 .spoken = clock->hour == 1 ? std::string(words.one_hour) : hour + std::string(words.full_hours)};
  }
  const bool one = clock->hour == 1 && !words.hours.empty();
  return Match{.end = clock->end,
               .spoken = (one ? std::string(words.one_hour) : hour + std::string(words.hours)) +
                         std::string(words.and_minutes) + std::to_string(*clock->minutes)};
}

/// "5.1.2025", "5/1/2025", "2025-01-05".
std::optional<Match> date(const Source& source, std::size_t at, Language language) {
  const auto first_end = source.digits_end(at);
  const char sign = source[first_end];
  const bool iso = first_end == at + 4 && sign == '-';
  if (!iso && (first_end == at || first_end > at + 2 || (sign != '.' && sign != '/' && sign != '-'))) {
    return std::nullopt;
  }
  const auto second = first_end + 1;
  const auto second_end = source.digits_end(second);
  if (second_end == second || second_end > second + 2 || source[second_end] != sign) return std::nullopt;
  const auto third = second_end + 1;
  const auto third_end = source.digits_end(third);
  if (third_end != third + (iso ? 2 : 4) || source.is_word(third_end)) return std::nullopt;
  Date date{.year = value_of(source.slice(third, third_end)),
            .month = value_of(source.slice(second, second_end)),
            .day = value_of(source.slice(at, first_end))};
  if (iso) std::swap(date.year, date.day);
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || date.year < 1000 || date.year > 2999) {
    return std::nullopt;
  }
  return Match{.end = third_end, .spoken = words_of(date, language)};
}

/// "neunzehnhundertacht" for 1908, which the phonemiser says as a number.
std::string german_year(std::uint64_t year) {
  constexpr std::array<std::string_view, 20> kSmall = {
      "",     "eins", "zwei",  "drei",     "vier",     "fünf",     "sechs",    "sieben",   "acht",     "neun",
      "zehn", "elf",  "zwölf", "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"};
  constexpr std::array<std::string_view, 10> kTens = {"",        "",        "zwanzig", "dreißig", "vierzig",
                                                      "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"};
  if (year < 1100 || year > 1999) return std::to_string(year);
  const auto rest = year % 100;
  auto out = std::string(kSmall[year / 100]) + "hundert";
  if (rest < kSmall.size()) return out + std::string(kSmall[rest]);
  if (rest % 10 != 0) out += (rest % 10 == 1 ? "ein" : std::string(kSmall[rest % 10])) + "und";
  return out + std::string(kTens[rest / 10]);
}

std::optional<std::string> whole(const std::optional<Match>& match, std::string_view written) {
  if (!match || match->end != written.size()) return std::nullopt;
  return match->spoken;
}

}  // namespace

bool knows(Language language) { return language != Language::kOther && language != Language::kEnglish; }

std::optional<Match> match(const Source& source, std::size_t at, Language language) {
  if (auto found = date(source, at, language)) return found;
  if (auto found = clock_time(source, at, language)) return found;
  return money(source, at, language);
}

std::optional<std::string> money_in(std::string_view written, Language language) {
  return whole(money(Source(written), 0, language), written);
}

std::optional<std::string> time_in(std::string_view written, Language language) {
  return whole(clock_time(Source(written), 0, language), written);
}

std::string words_of(const Date& date, Language language) {
  const auto& words = words_in(language);
  std::string out;
  if (date.day > 0) out = date.day == 1 && !words.first.empty() ? std::string(words.first) : std::to_string(date.day);
  const bool first = date.day == 1 && !words.first.empty() && words.behind_day == ". ";
  if (date.month > 0) {
    if (date.day > 0) out += first ? " " : words.behind_day;
    out += words.months[date.month - 1];
  } else if (date.day > 0 && language == Language::kGerman) {
    out += '.';
  }
  if (date.year == 0) return out;
  if (!out.empty()) out += words.before_year;
  return out + (language == Language::kGerman ? german_year(date.year) : std::to_string(date.year));
}

std::uint64_t month_named(std::string_view word, Language language) {
  const auto& months = words_in(language).months;
  const auto name = lower(word);
  const auto* const found = std::ranges::find_if(months, [&](std::string_view month) { return lower(month) == name; });
  return found == months.end() ? 0 : static_cast<std::uint64_t>(found - months.begin()) + 1;
}

}  // namespace antiphon::text::reading::european
