#include <algorithm>
#include <array>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kCounted = {"war"sv,     "act"sv,      "chapter"sv, "part"sv,     "volume"sv,   "book"sv,
                                 "section"sv, "phase"sv,    "type"sv,    "stage"sv,    "article"sv,  "title"sv,
                                 "level"sv,   "class"sv,    "episode"sv, "bowl"sv,     "scene"sv,    "appendix"sv,
                                 "vol"sv,     "tier"sv,     "grade"sv,   "category"sv, "division"sv, "figure"sv,
                                 "table"sv,   "season"sv,   "rocky"sv,   "fantasy"sv,  "wars"sv,     "mark"sv,
                                 "factor"sv,  "schedule"sv, "unit"sv,    "canto"sv,    "group"sv};
constexpr std::array kRulers = {"henry"sv,     "louis"sv,     "elizabeth"sv, "george"sv,    "charles"sv,   "edward"sv,
                                "william"sv,   "james"sv,     "richard"sv,   "john"sv,      "paul"sv,      "pius"sv,
                                "leo"sv,       "benedict"sv,  "gregory"sv,   "clement"sv,   "innocent"sv,  "francis"sv,
                                "napoleon"sv,  "catherine"sv, "ivan"sv,      "peter"sv,     "alexander"sv, "nicholas"sv,
                                "frederick"sv, "philip"sv,    "ramses"sv,    "ramesses"sv,  "xerxes"sv,    "darius"sv,
                                "cyrus"sv,     "ptolemy"sv,   "wilhelm"sv,   "friedrich"sv, "karl"sv,      "gustav"sv,
                                "christian"sv, "harald"sv,    "olaf"sv,      "felipe"sv,    "carlos"sv,    "juan"sv,
                                "pedro"sv,     "umberto"sv,   "leopold"sv,   "albert"sv,    "mary"sv,      "queen"sv,
                                "king"sv,      "pope"sv,      "boniface"sv,  "urban"sv,     "robert"sv,    "david"sv,
                                "malcolm"sv,   "thutmose"sv,  "amenhotep"sv, "mehmed"sv,    "selim"sv,     "otto"sv,
                                "rudolf"sv,    "joseph"sv,    "ferdinand"sv, "sixtus"sv};

/// Given names, behind which a numeral of two letters or more is one of a family.
constexpr std::array kGiven = {"sam"sv,    "samuel"sv,  "thomas"sv, "michael"sv, "daniel"sv,  "walter"sv,  "harold"sv,
                               "arthur"sv, "frank"sv,   "harry"sv,  "jack"sv,    "martin"sv,  "stephen"sv, "steven"sv,
                               "andrew"sv, "anthony"sv, "donald"sv, "kenneth"sv, "patrick"sv, "raymond"sv, "victor"sv};

template <std::size_t kCount>
bool contains(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::ranges::find(words, lower(word)) != words.end();
}

}  // namespace

std::uint64_t value_of_roman(std::string_view numeral) {
  struct Part {
    std::string_view letters;
    std::uint64_t value;
  };
  constexpr std::array kParts = {Part{"M", 1000}, Part{"CM", 900}, Part{"D", 500}, Part{"CD", 400}, Part{"C", 100},
                                 Part{"XC", 90},  Part{"L", 50},   Part{"XL", 40}, Part{"X", 10},   Part{"IX", 9},
                                 Part{"V", 5},    Part{"IV", 4},   Part{"I", 1}};
  std::uint64_t value = 0;
  auto rest = numeral;
  for (const auto& [letters, worth] : kParts) {
    for (int times = 0; times < (letters.size() == 1 ? 3 : 1) && rest.starts_with(letters); ++times) {
      value += worth;
      rest.remove_prefix(letters.size());
    }
  }
  return rest.empty() ? value : 0;
}

std::optional<Match> roman(const Source& source, std::size_t at) {
  if (!"IVXLCDM"sv.contains(source[at]) || source[at] == 0) return std::nullopt;
  auto end = source.letters_end(at);
  auto numeral = source.slice(at, end);
  const bool possessive = source[end] == '\'' || source.has(end, "\u2019");
  const auto value = value_of_roman(numeral);
  if (value == 0 || (source.is_word(end) && !possessive)) return std::nullopt;
  const auto before = source.word_before(at);
  const auto behind = lower(source.word_behind(end));
  if (behind == "century" || behind == "centuries" || behind == "dynasty" || behind == "olympiad") {
    return Match{.end = end, .spoken = ordinal(std::to_string(value))};
  }
  if (before.empty() || !is_upper(before.front()) || (at > 0 && source[at - 1] != ' ')) return std::nullopt;
  if (contains(kCounted, before)) return Match{.end = end, .spoken = cardinal(value)};
  // "George I" is a king before a verb or a stop, though "I" may begin a clause
  // there.
  constexpr std::array kVerbsOfI = {"am"sv,  "was"sv,   "have"sv, "had"sv, "think"sv, "know"sv, "will"sv,
                                    "can"sv, "would"sv, "m"sv,    "ve"sv,  "ll"sv,    "d"sv};
  if (numeral == "I" && (contains(kVerbsOfI, behind) || behind.empty())) {
    if (!behind.empty()) return std::nullopt;
  }
  const bool given = numeral.size() > 1 && contains(kGiven, before);
  if (given || contains(kRulers, before)) return Match{.end = end, .spoken = "the " + ordinal(std::to_string(value))};
  return std::nullopt;
}

}  // namespace antiphon::text::reading::english
