#include <algorithm>
#include <array>
#include <utility>

#include "text/reading/english_rules.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

/// Whether one of the two may be meant: "he/she".
bool are_alternatives(std::string_view left, std::string_view right) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array kPairs = {Pair{"he"sv, "she"sv},  Pair{"she"sv, "he"sv},  Pair{"his"sv, "her"sv},
                                 Pair{"her"sv, "his"sv}, Pair{"him"sv, "her"sv}, Pair{"her"sv, "him"sv},
                                 Pair{"his"sv, "hers"sv}};
  return std::ranges::find(kPairs, Pair{left, right}) != kPairs.end();
}

bool is_initialism(std::string_view word) {
  constexpr std::size_t kLongest = 4;
  return !word.empty() && word.size() <= kLongest && std::ranges::all_of(word, is_upper);
}

}  // namespace

std::optional<Match> slash(const Source& source, std::size_t at) {
  if (source[at] != '/') return std::nullopt;
  if (source[at + 1] == '/' || (at > 0 && source[at - 1] == '/')) return std::nullopt;
  auto begin = at;
  while (begin > 0 && is_letter(source[begin - 1])) --begin;
  const auto left = source.slice(begin, at);
  const auto right = source.slice(at + 1, source.letters_end(at + 1));
  const auto said = [&](std::string_view word) { return Match{.end = at + 1, .spoken = std::string(word)}; };
  if (!left.empty() && !right.empty()) {
    if (lower(left) == "and" && lower(right) == "or") return said(" ");
    if (are_alternatives(lower(left), lower(right))) return said("or");
    if (is_initialism(left) && is_initialism(right)) return said(" ");
  }
  const auto next = source.skip_spaces(at + 1);
  const auto number_end = source.digits_end(next);
  auto before = at;
  while (before > 0 && source[before - 1] == ' ') --before;
  const bool numbers = before > 0 && is_digit(source[before - 1]) && number_end > next && source[number_end] != '/';
  auto first = before;
  while (numbers && first > 0 && is_digit(source[first - 1])) --first;
  // "1/f"
  const bool by_letter = before == at && before > 0 && is_digit(source[before - 1]) && right.size() == 1 &&
                         is_lower(right.front()) && !source.is_word(at + 2);
  if (by_letter) return said("over");
  return said(numbers && (first == 0 || source[first - 1] != '/') ? "over" : "slash");
}

}  // namespace antiphon::text::reading::english
