#include <algorithm>
#include <array>

#include "text/reading/english_rules.h"

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

}  // namespace antiphon::text::reading::english
