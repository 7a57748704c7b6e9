#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

constexpr std::size_t kMostBytes = 64;

/// "2Q22", "3Q2024".
std::optional<Match> quarter(const Source& source, std::size_t at) {
  if (source[at] < '1' || source[at] > '4' || source[at + 1] != 'Q') return std::nullopt;
  const auto end = source.digits_end(at + 2);
  const auto digits = source.slice(at + 2, end);
  if ((digits.size() != 2 && digits.size() != 4) || source.is_word(end)) return std::nullopt;
  const auto value = value_of(digits);
  if (digits.size() == 4 && (value < 1000 || value > 2999)) return std::nullopt;
  return Match{.end = end,
               .spoken = "the " + ordinal(source.slice(at, at + 1)) + " quarter of " +
                         (digits.size() == 4 ? year(value) : cardinal(value))};
}

}  // namespace

std::string digits_of_serial(std::string_view digits) {
  const auto value = value_of(digits);
  if (digits.front() == '0' || digits.size() > 4) return each_digit(digits);
  if (digits.size() <= 2) return cardinal(value);
  if (digits.size() == 4) {
    if (value % 1000 == 0) return cardinal(value);
    return value >= 1900 && value < 2100 ? year(value) : each_digit(digits);
  }
  const auto rest = value % 100;
  if (rest == 0) return cardinal(value);
  return cardinal(value / 100) + (rest < 10 ? " oh " : " ") + cardinal(rest);
}

std::optional<Match> serial(const Source& source, std::size_t at) {
  if (auto match = quarter(source, at)) return match;
  std::string spoken;
  int runs = 0;
  auto end = at;
  while (is_letter(source[end]) || is_digit(source[end])) {
    if (end - at > kMostBytes) return std::nullopt;
    const bool digits = is_digit(source[end]);
    const auto next = digits ? source.digits_end(end) : source.letters_end(end);
    const auto run = source.slice(end, next);
    // "W2s" and "MP3s" are several of them.
    const bool several = runs > 1 && run == "s" && !source.is_word(next);
    if (runs > 0 && !several) spoken += ' ';
    spoken += digits ? digits_of_serial(run) : std::string(run);
    end = next;
    ++runs;
  }
  // "3D" and "4K" are numbers with a letter.
  if (runs < (is_digit(source[at]) ? 3 : 2) || source.is_word(end)) return std::nullopt;
  return Match{.end = end, .spoken = std::move(spoken)};
}

}  // namespace antiphon::text::reading::english
