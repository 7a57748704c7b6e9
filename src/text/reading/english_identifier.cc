#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kMostGroups = 8;

/// Runs of digits with one sign between them each.
struct Groups {
  std::size_t end = 0;
  std::vector<std::string_view> digits{};
};

Groups groups_at(const Source& source, std::size_t at, std::string_view signs) {
  Groups groups{.end = at};
  for (auto next = at; groups.digits.size() < kMostGroups;) {
    const auto end = source.digits_end(next);
    if (end == next) break;
    groups.digits.push_back(source.slice(next, end));
    groups.end = end;
    if (!signs.contains(source[end]) || source[end] == 0) break;
    next = end + 1;
  }
  return groups;
}

std::string spell(const Groups& groups, std::string_view zero) {
  std::string out;
  for (const auto group : groups.digits) {
    if (!out.empty()) out += ", ";
    out += each_digit(group, zero);
  }
  return out;
}

bool has_sizes(const Groups& groups, std::initializer_list<std::size_t> sizes) {
  return std::ranges::equal(groups.digits, sizes, {}, [](std::string_view digits) { return digits.size(); });
}

bool names_number(std::string_view word) {
  constexpr std::array kWords = {"zip"sv,       "code"sv,   "pin"sv,      "id"sv,       "account"sv,
                                 "order"sv,     "ticket"sv, "case"sv,     "tracking"sv, "serial"sv,
                                 "extension"sv, "ext"sv,    "passcode"sv, "password"sv, "isbn"sv};
  return std::ranges::find(kWords, lower(word)) != kWords.end();
}

/// Whether "ending in" stands before `at`, as before the last digits of a card.
bool ends_number(const Source& source, std::size_t at) {
  const auto before = source.word_before(at);
  if (before != "in") return false;
  const auto word = source.word_before(static_cast<std::size_t>(before.data() - source.text().data()));
  return word == "ending" || word == "ends";
}

bool is_state(std::string_view word) {
  constexpr auto kStates =
      "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC"sv;
  return word.size() == 2 && is_upper(word[0]) && is_upper(word[1]) && kStates.contains(word);
}

/// "1.2.3" and "192.168.0.1".
std::optional<Match> dotted(const Source& source, std::size_t at) {
  const auto groups = groups_at(source, at, ".");
  if (groups.digits.size() < 3 || source.is_word(groups.end)) return std::nullopt;
  const bool address = groups.digits.size() == 4;
  std::string out;
  for (const auto group : groups.digits) {
    if (!out.empty()) out += address ? " dot " : " point ";
    out += address ? each_digit(group) : cardinal(group);
  }
  return Match{.end = groups.end, .spoken = std::move(out)};
}

/// "401(k)", "403b": savings plans by the paragraphs of the law.
std::optional<Match> plan(const Source& source, std::size_t at) {
  for (const auto& [written, letter] : {std::pair{"401", 'k'}, std::pair{"403", 'b'}, std::pair{"457", 'b'}}) {
    if (!source.has(at, written)) continue;
    const bool bracket = source[at + 3] == '(' && source[at + 5] == ')';
    const auto place = bracket ? at + 4 : at + 3;
    if (source[place] != letter || source.is_word(bracket ? at + 6 : at + 4)) return std::nullopt;
    return Match{.end = bracket ? at + 6 : at + 4,
                 .spoken = each_digit(source.slice(at, at + 3), "oh") + ' ' + std::string(1, letter)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Match> telephone(const Source& source, std::size_t at) {
  auto begin = at;
  std::string country;
  const bool plus = source[begin] == '+';
  if (plus) ++begin;
  const bool one = source[begin] == '1' && "- ."sv.contains(source[begin + 1]) && source[begin + 1] != 0 &&
                   (source[begin + 2] == '(' || source.digits_end(begin + 2) == begin + 5);
  if (plus && source[begin] == '1' && source[begin + 1] == '(') {
    country = "plus one, ";
    begin += 1;
  }
  if (one) {
    country = plus ? "plus one, " : "one, ";
    begin += 2;
  }
  std::string area;
  if (source[begin] == '(') {
    const auto end = source.digits_end(begin + 1);
    if (end != begin + 4 || source[end] != ')') return std::nullopt;
    area = each_digit(source.slice(begin + 1, end), "oh") + ", ";
    begin = source[end + 1] == ' ' || source[end + 1] == '-' ? end + 2 : end + 1;
  }
  const auto groups = groups_at(source, begin, "-. ");
  if (source.is_word(groups.end)) return std::nullopt;
  const bool national = has_sizes(groups, {3, 3, 4});
  const bool local = has_sizes(groups, {3, 4}) && (!area.empty() || source[begin + 3] == '-');
  if (national || local) return Match{.end = groups.end, .spoken = country + area + spell(groups, "oh")};
  if (plus && !one && groups.digits.size() >= 2)
    return Match{.end = groups.end, .spoken = "plus " + spell(groups, "oh")};
  const auto before = lower(source.word_before(at));
  const bool calls = before == "call" || before == "dial" || before == "text";
  if (calls && groups.digits.size() == 1 && groups.digits[0].size() == 3) {
    return Match{.end = groups.end, .spoken = each_digit(groups.digits[0])};
  }
  return std::nullopt;
}

std::optional<Match> identifier(const Source& source, std::size_t at) {
  if (auto match = plan(source, at)) return match;
  if ((source[at] == 'v' || source[at] == 'V') && is_digit(source[at + 1])) {
    const auto groups = groups_at(source, at + 1, ".");
    if (source.is_word(groups.end)) return std::nullopt;
    std::string out = "version";
    for (const auto group : groups.digits)
      out += (group.data() == &source.text()[at + 1] ? " " : " point ") + cardinal(group);
    return Match{.end = groups.end, .spoken = std::move(out)};
  }
  if (auto match = dotted(source, at)) return match;
  const auto groups = groups_at(source, at, "-");
  if (groups.digits.empty() || source.is_word(groups.end)) return std::nullopt;
  const bool comma = at >= 2 && source[at - 1] == ' ' && source[at - 2] == ',';
  const auto before = comma ? source.word_before(at - 2) : source.word_before(at);
  const auto first = groups.digits.front();
  const bool decimal = source[groups.end] == '.' && is_digit(source[groups.end + 1]);
  const bool grouped = source[groups.end] == ',' && is_digit(source[groups.end + 1]);
  if (groups.digits.size() == 1) {
    if (decimal || grouped || "%:/"sv.contains(source[groups.end] == 0 ? ' ' : source[groups.end])) return std::nullopt;
    const bool zip = first.size() == 5 && (is_state(before) || (!comma && names_number(before)));
    const bool named = first.size() >= 4 && !comma && names_number(before);
    const bool ending = first.size() == 4 && !comma && ends_number(source, at);
    const bool zeros = first.size() > 1 && first.front() == '0';
    if (zip || named || ending || zeros || first.size() > 12)
      return Match{.end = groups.end, .spoken = each_digit(first)};
    return std::nullopt;
  }
  const bool zip = has_sizes(groups, {5, 4});
  const bool long_row = groups.digits.size() >= 3;
  if (!zip && !long_row && !(groups.digits.size() == 2 && names_number(before))) return std::nullopt;
  return Match{.end = groups.end, .spoken = spell(groups, "zero")};
}

}  // namespace antiphon::text::reading::english
