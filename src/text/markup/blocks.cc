#include "text/markup/blocks.h"

#include "text/characters/ascii.h"

namespace antiphon::text::markup {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kLongestRule = 200;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool ends_line(char c) { return c == 0 || c == '\n' || c == '\r'; }

std::size_t blanks_at(const Window& window, std::size_t at) {
  const auto begin = at;
  while (at < begin + 8 && is_blank(window.at(at))) ++at;
  return at - begin;
}

Marker heading_at(const Window& window) {
  std::size_t at = 0;
  while (at < 7 && window.at(at) == '#') ++at;
  if (at == 0 || at > 6 || !is_blank(window.at(at))) return {};
  return {.bytes = at + blanks_at(window, at), .block = Block::kHeading};
}

/// Three signs or more of a kind, with white space or not, or the row of dashes below a table's head.
Marker rule_at(const Window& window) {
  const char sign = window.at(0);
  if (!"-*_=|:"sv.contains(sign)) return {};
  std::size_t signs = 0;
  for (std::size_t at = 0; at < kLongestRule; ++at) {
    const char c = window.at(at);
    if (ends_line(c)) {
      return signs < 3 ? Marker{} : Marker{.bytes = at, .block = Block::kHeading, .then = Marker::Then::kDropLine};
    }
    if (is_blank(c)) continue;
    const bool table = (sign == '|' || sign == ':' || sign == '-') && (c == '|' || c == ':' || c == '-');
    if (c != sign && !table) return {};
    if (c == sign || c == '-') ++signs;
  }
  return {};
}

/// "[ ] " or "[x] " behind a bullet.
std::size_t task_at(const Window& window, std::size_t at) {
  if (window.at(at) != '[') return 0;
  if (!" xX"sv.contains(window.at(at + 1)) || window.at(at + 2) != ']' || !is_blank(window.at(at + 3))) return 0;
  return 4;
}

Marker bullet_at(const Window& window) {
  constexpr auto kBullets =
      U"-*+\u2022\u2023\u2043\u25E6\u25AA\u25AB\u25CF\u25CB\u25A0\u25A1\u00B7\u2013\u2014\u2713\u2714\u2717\u2718\u2610\u2611\u2612\u27A2\u27A4\u2192"sv;
  const auto [c, bytes] = window.decode(0);
  if (bytes == 0 || !kBullets.contains(c)) return {};
  const auto next = window.at(bytes);
  if (ends_line(next)) return {.bytes = bytes, .block = Block::kItem};
  if (!is_blank(next)) return {};
  // A dash in mid-sentence may come first on a line that was wrapped; its own words then begin in small letters.
  const auto begin = bytes + blanks_at(window, bytes);
  return {.bytes = begin + task_at(window, begin), .block = Block::kItem};
}

/// "2. " and "2) ", whose number is read, and the same with nothing behind it, which is not.
Marker number_at(const Window& window) {
  std::size_t at = 0;
  std::size_t number = 0;
  for (; at < 4 && characters::ascii::is_digit(window.at(at)); ++at)
    number = number * 10 + static_cast<std::size_t>(window.at(at) - '0');
  if (at == 0 || at > 3 || (window.at(at) != '.' && window.at(at) != ')')) return {};
  const auto behind = at + 1 + blanks_at(window, at + 1);
  if (ends_line(window.at(behind))) return {.bytes = behind, .block = Block::kItem, .number = number};
  if (behind == at + 1) return {};
  return {.bytes = behind, .block = Block::kItem, .says = ", ", .kept = at, .number = number};
}

Marker table_at(const Window& window) {
  if (window.at(0) != '|') return {};
  return {.bytes = 1 + blanks_at(window, 1), .block = Block::kTable};
}

Marker quote_at(const Window& window) {
  if (window.at(0) != '>') return {};
  return {.bytes = 1 + blanks_at(window, 1), .then = Marker::Then::kSameLine};
}

}  // namespace

Marker fence_at(const Window& window) {
  const char sign = window.at(0);
  if (sign != '`' && sign != '~') return {};
  if (window.at(1) != sign || window.at(2) != sign) return {};
  std::size_t at = 3;
  while (at < kLongestRule && window.at(at) == sign) ++at;
  // A line such as "```code``` and text" is none.
  for (; sign == '`' && !ends_line(window.at(at)); ++at) {
    if (at == kLongestRule || window.at(at) == sign) return {};
  }
  return {.bytes = 3, .block = Block::kCode, .then = Marker::Then::kFence, .fence = sign};
}

Marker marker_at(const Window& window, Block so_far) {
  if (so_far == Block::kText) {
    for (const auto& find : {fence_at, rule_at, heading_at, quote_at, table_at, number_at}) {
      if (const auto marker = find(window); marker.bytes > 0) return marker;
    }
  }
  return bullet_at(window);
}

}  // namespace antiphon::text::markup
