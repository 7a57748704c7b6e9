#include <array>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

struct Sign {
  std::string_view written;
  std::string_view spoken;
};

/// What belongs to no number, letter or address.
std::optional<Match> lone_sign(const Source& source, std::size_t at) {
  constexpr std::array kSigns = {Sign{"$", "dollar"},       Sign{"%", "percent"},    Sign{"@", "at"},
                                 Sign{"\u20AC", "euro"},    Sign{"\u00A3", "pound"}, Sign{"\u00A5", "yen"},
                                 Sign{"\u20A9", "won"},     Sign{"\u20B9", "rupee"}, Sign{"\u20BD", "ruble"},
                                 Sign{"\u20BF", "bitcoin"}, Sign{"\u00A2", "cents"}, Sign{"\u00B0", "degrees"}};
  for (const auto& [written, spoken] : kSigns) {
    if (source.has(at, written)) return Match{.end = at + written.size(), .spoken = std::string(spoken)};
  }
  return std::nullopt;
}

/// "#5", "#word", "C#", "C++", "R&D".
std::optional<Match> letter_sign(const Source& source, std::size_t at) {
  const char c = source[at];
  const bool behind_letter = at > 0 && is_letter(source[at - 1]);
  const auto said = [&](std::size_t bytes, std::string_view word) {
    return Match{.end = at + bytes, .spoken = std::string(word)};
  };
  if (c == '#') {
    if (is_digit(source[at + 1])) return said(1, "number");
    if (is_letter(source[at + 1])) return said(1, "hashtag");
    // Alone it is layout.
    const bool alone = (at == 0 || source[at - 1] == ' ') && (source[at + 1] == ' ' || at + 1 == source.size());
    if (alone) return std::nullopt;
    const bool note = behind_letter && source[at - 1] >= 'A' && source[at - 1] <= 'G';
    return said(1, note && !source.is_word_before(at - 1) ? "sharp" : "hash");
  }
  if (c == '+' && source[at + 1] == '+' && behind_letter && !source.is_word(at + 2)) return said(2, "plus plus");
  if (c == '&' && source[at + 1] != '&' && (at == 0 || source[at - 1] != '&')) return said(1, "and");
  return std::nullopt;
}

/// The minus of "1- 2 = 5".
bool is_difference(const Source& source, std::size_t at) {
  constexpr std::size_t kMost = 40;
  if (source[at] != '-' || at == 0 || !is_digit(source[at - 1])) return false;
  auto end = source.skip_spaces(at + 1);
  if (end == at + 1 || !is_digit(source[end])) return false;
  end = source.skip_spaces(source.digits_end(end));
  return source[end] == '=' && end < at + kMost;
}

/// "H₂O", "10⁻³".
std::optional<Match> raised_or_lowered(const Source& source, std::size_t at) {
  constexpr std::array kSubscripts = {"\u2080"sv, "\u2081"sv, "\u2082"sv, "\u2083"sv, "\u2084"sv,
                                      "\u2085"sv, "\u2086"sv, "\u2087"sv, "\u2088"sv, "\u2089"sv};
  for (std::size_t digit = 0; digit < kSubscripts.size(); ++digit) {
    if (source.has(at, kSubscripts[digit])) return Match{.end = at + 3, .spoken = cardinal(digit)};
  }
  constexpr std::array kPowers = {"\u2070"sv, "\u00B9"sv, "\u00B2"sv, "\u00B3"sv, "\u2074"sv,
                                  "\u2075"sv, "\u2076"sv, "\u2077"sv, "\u2078"sv, "\u2079"sv};
  const bool minus = source.has(at, "\u207B");
  auto end = minus ? at + 3 : at;
  std::string power;
  for (std::size_t digit = 0; digit < kPowers.size() && power.size() < 9;) {
    if (source.has(end, kPowers[digit])) {
      power += static_cast<char>('0' + digit);
      end += kPowers[digit].size();
      digit = 0;
    } else {
      ++digit;
    }
  }
  if (!power.empty()) return Match{.end = end, .spoken = (minus ? "to the minus " : "to the ") + cardinal(power)};
  return std::nullopt;
}

}  // namespace

std::optional<Match> sign(const Source& source, std::size_t at) {
  constexpr std::array kSigns = {Sign{"\u00D7", "times"},
                                 Sign{"\u00F7", "divided by"},
                                 Sign{"\u00B1", "plus or minus"},
                                 Sign{"\u2264", "less than or equal to"},
                                 Sign{"\u2265", "greater than or equal to"},
                                 Sign{"\u2260", "not equal to"},
                                 Sign{"\u2248", "approximately"},
                                 Sign{"\u221A", "the square root of"},
                                 Sign{"\u221E", "infinity"},
                                 Sign{"\u03C0", "pi"},
                                 Sign{"\u00B2", "squared"},
                                 Sign{"\u00B3", "cubed"},
                                 Sign{"\u00A7", "section"},
                                 Sign{"\u00A9", "copyright"},
                                 Sign{"\u2192", "to"},
                                 Sign{"\u2030", "per mille"},
                                 Sign{"\u2103", "degrees Celsius"},
                                 Sign{"\u2109", "degrees Fahrenheit"},
                                 Sign{"\u2122", ""},
                                 Sign{"\u00AE", ""}};
  for (const auto& [written, spoken] : kSigns) {
    if (source.has(at, written)) return Match{.end = at + written.size(), .spoken = std::string(spoken)};
  }
  if (auto match = raised_or_lowered(source, at)) return match;
  if (auto match = slash(source, at)) return match;
  if (auto match = letter_sign(source, at)) return match;
  const char c = source[at];
  const auto next = source.skip_spaces(at + 1);
  const auto said = [&](std::string_view word) { return Match{.end = at + 1, .spoken = std::string(word)}; };
  const bool between = at > 0 && (is_digit(source[next]) || is_letter(source[next]));
  const bool even = at > 0 && (source[at - 1] == ' ') == (source[at + 1] == ' ');
  if (c == '+' && ((between && even) || is_digit(source[at + 1]))) return said("plus");
  const bool minus_follows = at > 0 && source[next] == '-' && is_digit(source[next + 1]);
  if (c == '=' && (between || minus_follows) && source[at - 1] != '=' && source[at + 1] != '=') return said("equals");
  if (c == '*' && between && is_digit(source[next])) return said("times");
  if (c == '^' && is_digit(source[at + 1])) return said("to the power of");
  if (c == '<' && between && is_digit(source[next])) return said("less than");
  if (c == '>' && between && is_digit(source[next])) return said("greater than");
  if (c == '~' && is_digit(source[at + 1])) return said("about");
  if (is_difference(source, at)) return said("minus");
  return lone_sign(source, at);
}

}  // namespace antiphon::text::reading::english
