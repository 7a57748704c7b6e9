#include "text/reading/punctuation.h"

#include <algorithm>
#include <array>

#include "text/characters/characters.h"

namespace antiphon::text::reading {
namespace {

using std::string_view_literals::operator""sv;

std::size_t ellipsis_at(const Source& source, std::size_t at) {
  constexpr auto kSign = "\u2026"sv;
  auto end = at;
  std::size_t dots = 0;
  while (source[end] == '.' || source.has(end, kSign)) {
    const bool sign = source[end] != '.';
    dots += sign ? 3 : 1;
    end += sign ? kSign.size() : 1;
  }
  return dots >= 2 ? end - at : 0;
}

/// A dash that parts clauses: long, doubled, or between spaces.
std::size_t clause_dash_at(const Source& source, std::size_t at) {
  for (const auto dash : {"\u2014"sv, "\u2013"sv, "\u2015"sv, "\u2E3A"sv, "---"sv, "--"sv}) {
    if (source.has(at, dash)) return dash.size();
  }
  const bool between_spaces = at > 0 && source[at - 1] == ' ' && source[at + 1] == ' ';
  return source[at] == '-' && between_spaces ? 1 : 0;
}

bool is_pause(char c) { return ",.;:!?"sv.contains(c); }

bool has_pause(std::string_view before) {
  while (before.ends_with(' ')) before.remove_suffix(1);
  return before.empty() || is_pause(before.back()) || before.ends_with('(');
}

/// Whether only closing quotes and brackets follow to the end.
bool ends_text(const Source& source, std::size_t at) {
  while (at < source.size()) {
    const char32_t c = characters::decode_next(source.text(), at);
    if (!characters::is_closing(c) && !characters::is_space(c)) return false;
  }
  return true;
}

/// A comma from the mark up to `end`, without the spaces around it.
Match comma(const Source& source, std::size_t end, std::string_view before) {
  end = source.skip_spaces(end);
  const bool marked = has_pause(before) || is_pause(source[end]) || end >= source.size();
  const bool space = end < source.size() && !is_pause(source[end]) && !before.empty() && !before.ends_with(' ');
  if (marked) return {.end = end, .spoken = space ? " " : ""};
  return {.end = end, .spoken = ", "};
}

/// Whether the bracket that closes at `at` was opened within a word, as in "word(s)".
bool opened_tight(const Source& source, std::size_t at) {
  constexpr std::size_t kMost = 200;
  for (auto back = at; back > 0 && at - back < kMost; --back) {
    if ("([{"sv.contains(source[back - 1])) return back > 1 && source[back - 2] != ' ';
  }
  return false;
}

}  // namespace

std::optional<Match> pause_mark(const Source& source, std::size_t at, std::string_view before) {
  if (source[at] == ' ') {
    // The comma stands before the space.
    const auto next = source.skip_spaces(at);
    const bool opens = source[next] != 0 && "([{"sv.contains(source[next]);
    const auto size = opens ? 1 : std::max(clause_dash_at(source, next), ellipsis_at(source, next));
    if (size > 0) return comma(source, next + size, before);
    // A mark stands with its word: something between them may have been left out.
    const bool marks = source[next] != 0 && is_pause(source[next]) && !source.is_word(next + 1);
    return marks && !before.empty() ? std::optional(Match{.end = next, .spoken = ""}) : std::nullopt;
  }
  if (const auto size = ellipsis_at(source, at); size > 0) {
    const auto end = at + size;
    if (is_pause(source[end])) return Match{.end = end, .spoken = ""};
    if (ends_text(source, end)) return Match{.end = end, .spoken = has_pause(before) ? "" : "."};
    return comma(source, end, before);
  }
  if (const auto size = clause_dash_at(source, at); size > 0) return comma(source, at + size, before);
  const char c = source[at];
  if (c == '(' || c == '[' || c == '{') {
    if (has_pause(before)) return Match{.end = at + 1, .spoken = ""};
    // "function(x)" and "word(s)" are no asides.
    if (!before.ends_with(' ')) return Match{.end = at + 1, .spoken = " "};
    return comma(source, at + 1, before);
  }
  if (c == ')' || c == ']' || c == '}') {
    if (source[at + 1] != ' ' || opened_tight(source, at)) {
      return Match{.end = at + 1, .spoken = source.is_word(at + 1) ? " " : ""};
    }
    return comma(source, at + 1, before);
  }
  if (c == '_' || c == '|' || c == '\\') return Match{.end = at + 1, .spoken = " "};
  return std::nullopt;
}

}  // namespace antiphon::text::reading
