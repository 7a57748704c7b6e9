#include "text/reading/english_number.h"

#include <array>

#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {

std::optional<Number> number_at(const Source& source, std::size_t at) {
  Number number;
  auto end = source.digits_end(at);
  number.whole = source.slice(at, end);
  if (number.whole.empty() && (source[at] != '.' || !is_digit(source[at + 1]))) return std::nullopt;
  if (!number.whole.empty() && number.whole.size() <= 3) {
    while (source[end] == ',' && source.digits_end(end + 1) == end + 4) {
      number.whole += source.slice(end + 1, end + 4);
      number.grouped = true;
      end += 4;
    }
  }
  if (source[end] == '.' && is_digit(source[end + 1])) {
    const auto decimals_end = source.digits_end(end + 1);
    number.decimals = source.slice(end + 1, decimals_end);
    end = decimals_end;
  }
  number.end = end;
  return number;
}

std::string words_of(const Number& number) {
  auto out = number.whole.empty() ? std::string() : number.grouped ? grouped(number.whole) : cardinal(number.whole);
  if (number.decimals.empty()) return out;
  if (!out.empty()) out += ' ';
  return out + "point " + each_digit(number.decimals);
}

std::optional<Match> magnitude_at(const Source& source, std::size_t at) {
  struct Short {
    std::string_view written;
    std::string_view spoken;
  };
  constexpr std::array kShort = {Short{"K", "thousand"}, Short{"k", "thousand"}, Short{"M", "million"},
                                 Short{"m", "million"},  Short{"mn", "million"}, Short{"B", "billion"},
                                 Short{"b", "billion"},  Short{"bn", "billion"}, Short{"T", "trillion"},
                                 Short{"tn", "trillion"}};
  const auto begin = source.skip_spaces(at);
  const auto word = source.slice(begin, source.letters_end(begin));
  if (begin == at) {
    for (const auto& [written, spoken] : kShort) {
      if (word == written && !source.is_word(at + word.size())) {
        return Match{.end = at + word.size(), .spoken = std::string(spoken)};
      }
    }
  }
  const auto name = lower(word);
  for (const std::string_view full : {"hundred", "thousand", "million", "billion", "trillion", "quadrillion"}) {
    if (name == full) return Match{.end = begin + word.size(), .spoken = name};
  }
  if (begin == at + 1 && (word == "bn" || word == "mn" || word == "tn")) {
    return Match{.end = begin + 2, .spoken = word == "bn" ? "billion" : word == "mn" ? "million" : "trillion"};
  }
  return std::nullopt;
}

}  // namespace antiphon::text::reading::english
