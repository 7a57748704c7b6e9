#include <algorithm>
#include <array>

#include "text/characters/characters.h"
#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

struct Written {
  std::string_view written;  ///< Without its last full stop.
  std::string_view spoken;
};

/// Read so wherever they stand with a full stop.
constexpr std::array kAlways = {Written{"e.g", "for example"},
                                Written{"i.e", "that is"},
                                Written{"etc", "et cetera"},
                                Written{"vs", "versus"},
                                Written{"approx", "approximately"},
                                Written{"dept", "department"},
                                Written{"est", "established"},
                                Written{"govt", "government"},
                                Written{"Blvd", "Boulevard"},
                                Written{"Ave", "Avenue"},
                                Written{"Rd", "Road"},
                                Written{"Hwy", "Highway"},
                                Written{"Jr", "Junior"},
                                Written{"Sr", "Senior"},
                                Written{"Prof", "Professor"},
                                Written{"Gen", "General"},
                                Written{"Gov", "Governor"},
                                Written{"Sen", "Senator"},
                                Written{"Rep", "Representative"},
                                Written{"Capt", "Captain"},
                                Written{"Sgt", "Sergeant"},
                                Written{"Lt", "Lieutenant"},
                                Written{"Col", "Colonel"},
                                Written{"Inc", "Incorporated"},
                                Written{"Ltd", "Limited"},
                                Written{"Corp", "Corporation"},
                                Written{"Rev", "Reverend"},
                                Written{"Hon", "Honorable"}};
/// Before a number.
constexpr std::array kNumbered = {Written{"No", "number"},   Written{"Nos", "numbers"}, Written{"no", "number"},
                                  Written{"Fig", "figure"},  Written{"fig", "figure"},  Written{"p", "page"},
                                  Written{"pp", "pages"},    Written{"Vol", "volume"},  Written{"vol", "volume"},
                                  Written{"Ch", "chapter"},  Written{"ch", "chapter"},  Written{"Sec", "section"},
                                  Written{"Eq", "equation"}, Written{"Art", "article"}, Written{"Apt", "apartment"}};

/// The end of the abbreviation at `at`: behind its full stop, or before it
/// where that ends a sentence.
std::size_t stop_end(const Source& source, std::size_t at) {
  const auto behind = source.skip_spaces(at + 1);
  return behind >= source.size() || behind == at + 1 ? (is_letter(source[at + 1]) ? 0 : at) : at + 1;
}

}  // namespace

std::optional<Match> repeated_letters(const Source& source, std::size_t at) {
  if (!is_letter(source[at])) return std::nullopt;
  constexpr std::size_t kMost = 200;
  std::size_t count = 0;
  auto end = at;
  std::string spoken;
  for (auto next = at; count < kMost && source[next] == source[at] && !source.is_word(next + 1); next += 2) {
    if (count > 0) spoken += ", ";
    spoken += source[at];
    end = next + 1;
    ++count;
    if (source[end] != ' ') break;
  }
  if (count < 3) return std::nullopt;
  return Match{.end = end, .spoken = std::move(spoken)};
}

std::optional<Match> abbreviation(const Source& source, std::size_t at) {
  auto end = source.letters_end(at);
  if (end == at) return std::nullopt;
  if (source[end] == '.' && end == at + 1 && is_letter(source[end + 1])) end = source.letters_end(end + 1);
  const auto word = source.slice(at, end);
  const auto before = source.word_before(at);
  if (word == "vs" && source[end] != '.') return Match{.end = end, .spoken = "versus"};
  if (source[end] != '.') return std::nullopt;
  const auto next = source.skip_spaces(end + 1);
  for (const auto& [written, spoken] : kNumbered) {
    if (word == written && is_digit(source[next])) return Match{.end = end + 1, .spoken = std::string(spoken)};
  }
  const auto stop = stop_end(source, end);
  if (stop == 0) return std::nullopt;
  for (const auto& [written, spoken] : kAlways) {
    if (word == written) return Match{.end = stop, .spoken = std::string(spoken)};
  }
  const bool name_follows = is_upper(source[next]);
  if (word == "Mt" && name_follows) return Match{.end = end + 1, .spoken = "Mount"};
  if (word == "Ft" && name_follows) return Match{.end = end + 1, .spoken = "Fort"};
  if (word == "St") {
    // "Mount St. Helens", "Port St. Lucie"
    constexpr std::array kBeforeSaints = {"the"sv, "in"sv, "mount"sv, "lake"sv, "port"sv, "fort"sv, "east"sv, "cape"sv};
    const bool saint = name_follows && std::ranges::find(kBeforeSaints, lower(before)) != kBeforeSaints.end();
    const bool street = !before.empty() && is_upper(before.front()) && at > 0 && source[at - 1] == ' ' && !saint;
    return Match{.end = street ? stop : end + 1, .spoken = street ? "Street" : "Saint"};
  }
  if (word == "Dr") {
    const bool drive = !before.empty() && is_upper(before.front()) && !name_follows && at > 0 && source[at - 1] == ' ';
    return Match{.end = drive ? stop : end + 1, .spoken = drive ? "Drive" : "Doctor"};
  }
  return std::nullopt;
}

std::optional<Match> host_name(const Source& source, std::size_t at) {
  constexpr std::array kEnds = {"com"sv, "org"sv, "net"sv, "edu"sv, "gov"sv, "io"sv,     "dev"sv,
                                "ai"sv,  "co"sv,  "uk"sv,  "de"sv,  "fr"sv,  "app"sv,    "info"sv,
                                "eu"sv,  "us"sv,  "tv"sv,  "me"sv,  "ca"sv,  "example"sv};
  constexpr std::size_t kMost = 255;
  auto end = at;
  std::size_t dots = 0;
  std::size_t ats = 0;
  std::size_t label = at;
  std::string spoken;
  for (; end < at + kMost; ++end) {
    const char c = source[end];
    const bool joins = (c == '.' || c == '@' || c == '-' || c == '_' || c == '+') && source.is_word(end + 1);
    if (!is_letter(c) && !is_digit(c) && !joins) break;
    if (c == '.') ++dots;
    if (c == '@') ++ats;
    if (c == '.' || c == '@') label = end + 1;
    switch (joins ? c : ' ') {
      case '.':
        spoken += " dot ";
        break;
      case '@':
        spoken += " at ";
        break;
      case '_':
        spoken += " underscore ";
        break;
      case '-':
        spoken += ats > 0 || dots > 0 ? " dash " : "-";
        break;
      case '+':
        spoken += " plus ";
        break;
      default:
        spoken += c;
    }
  }
  if (dots == 0 || ats > 1 || source.is_word(end)) return std::nullopt;
  const auto last = source.slice(label, end);
  const bool known = std::ranges::find(kEnds, last) != kEnds.end();
  if (ats == 0 ? !known : last.size() < 2) return std::nullopt;
  return Match{.end = end, .spoken = std::move(spoken)};
}

std::optional<Match> sign(const Source& source, std::size_t at) {
  struct Sign {
    std::string_view written;
    std::string_view spoken;
  };
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
  const char c = source[at];
  const auto next = source.skip_spaces(at + 1);
  if (c == '#' && is_digit(source[at + 1])) return Match{.end = at + 1, .spoken = "number"};
  if (c == '#' && is_letter(source[at + 1])) return Match{.end = at + 1, .spoken = "hashtag"};
  const bool between = at > 0 && (is_digit(source[next]) || is_letter(source[next]));
  if (c == '+' && between && (source[at - 1] == ' ') == (source[at + 1] == ' '))
    return Match{.end = at + 1, .spoken = "plus"};
  if (c == '=' && between && source[at - 1] != '=' && source[at + 1] != '=')
    return Match{.end = at + 1, .spoken = "equals"};
  if (c == '*' && between && is_digit(source[next])) return Match{.end = at + 1, .spoken = "times"};
  if (c == '^' && is_digit(source[at + 1])) return Match{.end = at + 1, .spoken = "to the power of"};
  if (c == '<' && between && is_digit(source[next])) return Match{.end = at + 1, .spoken = "less than"};
  if (c == '>' && between && is_digit(source[next])) return Match{.end = at + 1, .spoken = "greater than"};
  if (c == '~' && is_digit(source[at + 1])) return Match{.end = at + 1, .spoken = "about"};
  return std::nullopt;
}

}  // namespace antiphon::text::reading::english
