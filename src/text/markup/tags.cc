#include "text/markup/tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "text/characters/ascii.h"
#include "text/characters/signs.h"

namespace antiphon::text::markup {
namespace {

namespace ascii = characters::ascii;
using std::string_view_literals::operator""sv;

constexpr std::array kLineTags = {"p"sv,  "s"sv,     "br"sv,         "div"sv,     "li"sv,      "ul"sv,   "ol"sv,
                                  "tr"sv, "table"sv, "h1"sv,         "h2"sv,      "h3"sv,      "h4"sv,   "h5"sv,
                                  "h6"sv, "hr"sv,    "blockquote"sv, "pre"sv,     "dt"sv,      "dd"sv,   "td"sv,
                                  "th"sv, "dl"sv,    "nav"sv,        "section"sv, "article"sv, "title"sv};
constexpr std::size_t kLongestName = 32;
constexpr std::size_t kLongestBracket = 32;
constexpr base::Duration kPlainPause = std::chrono::milliseconds(500);

bool is_name(char c) { return ascii::is_letter(c) || ascii::is_digit(c) || c == ':' || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
char lower(char c) { return ascii::is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

/// "x < y and y > z" has no attributes, though it looks like a tag.
bool are_attributes(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_blank(c) || c == '/'; }) || text.contains('=');
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Tag> tag_at(const Window& window) {
  Tag tag;
  std::size_t at = 1;
  tag.closes = window.at(at) == '/';
  if (tag.closes) ++at;
  if (!ascii::is_letter(window.at(at))) return std::nullopt;
  while (is_name(window.at(at)) && tag.name.size() < kLongestName) tag.name += lower(window.at(at++));
  char quote = 0;
  for (; at < kLongestTag; ++at) {
    const char c = window.at(at);
    if (c == 0 || (c == '<' && quote == 0)) return std::nullopt;
    if (c == '>' && quote == 0) {
      tag.bytes = at + 1;
      return are_attributes(tag.attributes) ? std::optional(std::move(tag)) : std::nullopt;
    }
    if (quote != 0 ? c == quote : c == '"' || c == '\'') quote = quote != 0 ? 0 : c;
    const auto code = window.decode(at);
    if (characters::is_private_sign(code.c)) {
      at += code.bytes - 1;
      continue;
    }
    tag.attributes += c;
  }
  return std::nullopt;
}

std::size_t content_of(const Window& window, std::string_view opening, std::string_view closing, std::size_t from) {
  const auto end = from + kLongestContent;
  for (auto at = from; at < end; ++at) {
    const char c = window.at(at);
    if (c == 0) return std::string_view::npos;
    if (c != '<' && c != '-') continue;
    if (window.starts_with(closing, at)) return at - from;
    if (window.starts_with(opening, at)) return std::string_view::npos;
  }
  return std::string_view::npos;
}

std::string_view attribute(const Tag& tag, std::string_view name) {
  const std::string_view all = tag.attributes;
  for (auto at = all.find(name); at != std::string_view::npos; at = all.find(name, at + 1)) {
    const bool begins = at > 0 && (is_blank(all[at - 1]) || all[at - 1] == ':');
    auto rest = trimmed(all.substr(at + name.size()));
    if (!begins || !rest.starts_with('=')) continue;
    rest = trimmed(rest.substr(1));
    if (rest.empty()) return {};
    const char quote = rest.front();
    if (quote == '"' || quote == '\'') return rest.substr(1, rest.find(quote, 1) - 1);
    return rest.substr(0, rest.find_first_of(" \t\r\n/"));
  }
  return {};
}

bool parts_lines(std::string_view name) { return std::ranges::find(kLineTags, name) != kLineTags.end(); }

std::optional<base::Duration> read_pause(std::string_view written) {
  written = trimmed(written);
  double number = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), number);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const auto unit = trimmed(written.substr(static_cast<std::size_t>(end - written.data())));
  if (unit != "s" && unit != "ms" && !unit.empty()) return std::nullopt;
  const double seconds = unit == "ms" ? number / 1000 : number;
  return base::from_seconds(std::min(seconds, base::to_seconds(characters::kLongestPause)));
}

base::Duration break_pause(const Tag& tag) {
  if (const auto time = attribute(tag, "time"); !time.empty()) return read_pause(time).value_or(kPlainPause);
  using std::chrono::milliseconds;
  const auto strength = attribute(tag, "strength");
  if (strength == "none") return {};
  if (strength == "x-weak") return milliseconds(100);
  if (strength == "weak") return milliseconds(250);
  if (strength == "strong") return milliseconds(750);
  if (strength == "x-strong") return milliseconds(1200);
  return kPlainPause;
}

std::optional<BracketPause> bracket_pause_at(const Window& window) {
  constexpr auto kName = "[pause"sv;
  if (!window.starts_with(kName)) return std::nullopt;
  std::string inside;
  for (auto at = kName.size(); at < kLongestBracket; ++at) {
    const char c = window.at(at);
    if (c == 0 || c == '\n') return std::nullopt;
    if (c != ']') {
      inside += c;
      continue;
    }
    const BracketPause plain{.bytes = at + 1, .length = kPlainPause};
    if (inside.empty()) return plain;
    if (!":= "sv.contains(inside.front())) return std::nullopt;
    const auto length = read_pause(std::string_view(inside).substr(1));
    return length ? std::optional(BracketPause{.bytes = at + 1, .length = *length}) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace antiphon::text::markup
