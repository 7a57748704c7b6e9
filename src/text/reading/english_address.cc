#include <algorithm>
#include <array>

#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

struct Short {
  std::string_view written;
  std::string_view spoken;
};

/// In small letters.
constexpr std::array kStreets = {Short{"st", "Street"},      Short{"ave", "Avenue"},  Short{"av", "Avenue"},
                                 Short{"rd", "Road"},        Short{"dr", "Drive"},    Short{"ln", "Lane"},
                                 Short{"ct", "Court"},       Short{"pl", "Place"},    Short{"sq", "Square"},
                                 Short{"blvd", "Boulevard"}, Short{"hwy", "Highway"}, Short{"expy", "Expressway"},
                                 Short{"pkwy", "Parkway"},   Short{"ter", "Terrace"}, Short{"cir", "Circle"}};
constexpr std::array kCompass = {Short{"N", "North"},      Short{"S", "South"},      Short{"E", "East"},
                                 Short{"W", "West"},       Short{"NE", "Northeast"}, Short{"NW", "Northwest"},
                                 Short{"SE", "Southeast"}, Short{"SW", "Southwest"}};
constexpr std::array kStates = {
    Short{"AL", "Alabama"},        Short{"AK", "Alaska"},        Short{"AZ", "Arizona"},
    Short{"AR", "Arkansas"},       Short{"CA", "California"},    Short{"CO", "Colorado"},
    Short{"CT", "Connecticut"},    Short{"DE", "Delaware"},      Short{"FL", "Florida"},
    Short{"GA", "Georgia"},        Short{"HI", "Hawaii"},        Short{"ID", "Idaho"},
    Short{"IL", "Illinois"},       Short{"IN", "Indiana"},       Short{"IA", "Iowa"},
    Short{"KS", "Kansas"},         Short{"KY", "Kentucky"},      Short{"LA", "Louisiana"},
    Short{"ME", "Maine"},          Short{"MD", "Maryland"},      Short{"MA", "Massachusetts"},
    Short{"MI", "Michigan"},       Short{"MN", "Minnesota"},     Short{"MS", "Mississippi"},
    Short{"MO", "Missouri"},       Short{"MT", "Montana"},       Short{"NE", "Nebraska"},
    Short{"NV", "Nevada"},         Short{"NH", "New Hampshire"}, Short{"NJ", "New Jersey"},
    Short{"NM", "New Mexico"},     Short{"NY", "New York"},      Short{"NC", "North Carolina"},
    Short{"ND", "North Dakota"},   Short{"OH", "Ohio"},          Short{"OK", "Oklahoma"},
    Short{"OR", "Oregon"},         Short{"PA", "Pennsylvania"},  Short{"RI", "Rhode Island"},
    Short{"SC", "South Carolina"}, Short{"SD", "South Dakota"},  Short{"TN", "Tennessee"},
    Short{"TX", "Texas"},          Short{"UT", "Utah"},          Short{"VT", "Vermont"},
    Short{"VA", "Virginia"},       Short{"WA", "Washington"},    Short{"WV", "West Virginia"},
    Short{"WI", "Wisconsin"},      Short{"WY", "Wyoming"},       Short{"DC", "D C"}};

template <std::size_t kCount>
std::string_view find(const std::array<Short, kCount>& words, std::string_view written) {
  const auto* const found = std::ranges::find(words, written, &Short::written);
  return found == words.end() ? std::string_view() : found->spoken;
}

/// A word of letters and digits, such as "1st".
std::size_t word_end(const Source& source, std::size_t at) {
  while (is_letter(source[at]) || is_digit(source[at])) ++at;
  return at;
}

/// Whether the name of a street ends within four words of `at`, each of which is of a name.
bool street_follows(const Source& source, std::size_t at) {
  constexpr int kMostWords = 4;
  for (int word = 0; word < kMostWords; ++word) {
    const auto end = word_end(source, at);
    if (end == at) return false;
    const auto name = source.slice(at, end);
    const bool kept = word > 0 && !find(kStreets, lower(name)).empty();
    if (kept) return true;
    if (!is_upper(name.front()) && !is_digit(name.front())) return false;
    if (source[end] != ' ') return false;
    at = end + 1;
  }
  return false;
}

bool behind_number(const Source& source, std::size_t at) {
  return at >= 2 && source[at - 1] == ' ' && is_digit(source[at - 2]);
}

/// "three ninety four", "seven oh eight", "twelve eleven".
std::optional<Match> house_number(const Source& source, std::size_t at) {
  const auto end = source.digits_end(at);
  const auto size = end - at;
  if (size < 3 || size > 4 || source[end] != ' ' || source[at] == '0' || !street_follows(source, end + 1)) {
    return std::nullopt;
  }
  const auto number = value_of(source.slice(at, end));
  const auto rest = number % 100;
  auto spoken = cardinal(number / 100);
  spoken += rest == 0 ? " hundred" : (rest < 10 ? " oh " : " ") + cardinal(rest);
  return Match{.end = end, .spoken = number % 1000 == 0 ? cardinal(number) : std::move(spoken)};
}

/// The word that ends before the space at `at` - 1.
std::string_view name_before(const Source& source, std::size_t at) {
  if (at < 2 || source[at - 1] != ' ') return {};
  auto begin = at - 1;
  while (begin > 0 && (is_letter(source[begin - 1]) || is_digit(source[begin - 1]))) --begin;
  return source.slice(begin, at - 1);
}

}  // namespace

std::optional<Match> address(const Source& source, std::size_t at) {
  if (is_digit(source[at])) return house_number(source, at);
  const auto end = source.letters_end(at);
  const auto word = source.slice(at, end);
  if (word.empty() || word.size() > 4 || source.is_word(end)) return std::nullopt;
  if (const auto compass = find(kCompass, word);
      !compass.empty() && behind_number(source, at) && source[end] == ' ' && street_follows(source, end + 1)) {
    return Match{.end = end, .spoken = std::string(compass)};
  }
  // "Austin, TX", "Austin, TX 78701"
  if (const auto state = find(kStates, word);
      !state.empty() && at > 2 && source[at - 1] == ' ' && source[at - 2] == ',') {
    const auto next = source[end] == ',' ? source.skip_spaces(end + 1) : source.skip_spaces(end);
    const bool zip = source.digits_end(next) == next + 5;
    const bool stop = source[end] == '.' && source.skip_spaces(end + 1) >= source.size();
    constexpr std::array kOtherWords = {"OK"sv, "HI"sv, "ME"sv, "OR"sv, "IN"sv, "ID"sv, "LA"sv};
    const bool other = std::ranges::find(kOtherWords, word) != kOtherWords.end();
    if (zip || (!other && (stop || next >= source.size()))) return Match{.end = end, .spoken = std::string(state)};
  }
  // "CT" is a scan rather than a court.
  const auto street = word.size() > 1 && is_lower(word[1]) ? find(kStreets, lower(word)) : std::string_view();
  const auto before = name_before(source, at);
  const bool named = !before.empty() && (is_upper(before.front()) || is_digit(before.front()));
  if (street.empty() || !named || (source[end] != ',' && end < source.size())) return std::nullopt;
  if (is_digit(before.front()) && is_digit(before.back())) return std::nullopt;
  return Match{.end = end, .spoken = std::string(street)};
}

}  // namespace antiphon::text::reading::english
