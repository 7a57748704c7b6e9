#include "engine/hibari/tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/hibari/characters.h"

namespace antiphon::engine::hibari {
namespace {

using Text = std::u32string_view;

constexpr Text kMarks = U"\u2026,:;!?\u00BF\u00A1()[]{}<>_#*&\u3002\uFF1F\uFF01\uFF0C\u3001\uFF1B\uFF1A\uFF5E\u00B7";
constexpr Text kQuotes =
    U"'\"\u201D\u201C`\u2018\u00B4\u2019\u201A,\u201E\u00BB\u00AB\u300C\u300D\u300E\u300F\uFF08\uFF09\u3014\u3015\u3010"
    U"\u3011\u300A\u300B\u3008\u3009";
constexpr Text kIcons = U"\u2122\u00AE\u00A9\u00B0\u00A7\u00B6\u2020\u2021\u2022";
constexpr Text kCurrencies =
    U"$\u00A3\u20AC\u00A5\u0E3F\u20BD\u20B9\u20A9\u20AA\u20BA\u20B4\u20A6\u20AB\u20B1\u20B2\u20B5\u20B8\u20BC\u20BE"
    U"\u20BF";
constexpr std::array<Text, 3> kNamedCurrencies = {U"US$", U"C$", U"A$"};
constexpr auto kUnits = std::to_array<Text>(
    {U"km",       U"km\u00B2", U"km\u00B3", U"m",        U"m\u00B2", U"m\u00B3",  U"dm",       U"dm\u00B2",
     U"dm\u00B3", U"cm",       U"cm\u00B2", U"cm\u00B3", U"mm",      U"mm\u00B2", U"mm\u00B3", U"ha",
     U"\u00B5m",  U"nm",       U"yd",       U"in",       U"ft",      U"kg",       U"g",        U"mg",
     U"\u00B5g",  U"t",        U"lb",       U"oz",       U"m/s",     U"km/h",     U"kmh",      U"mph",
     U"hPa",      U"Pa",       U"mbar",     U"mb",       U"MB",      U"kb",       U"KB",       U"gb",
     U"GB",       U"tb",       U"TB",       U"T",        U"G",       U"M",        U"K",        U"%"});
/// What is longer is looked up in vain, which would take the square of its length.
constexpr std::size_t kLongestSpecial = 32;
constexpr Text kDashes = U"-\u2013\u2014~";

bool has(Text set, char32_t c) { return set.contains(c); }

/// A digit of ASCII, since these are what the rules of numbers are about.
bool is_figure(char32_t c) { return c >= U'0' && c <= U'9'; }

std::size_t run_of(Text text, char32_t c) {
  const auto end = text.find_first_not_of(c);
  return end == Text::npos ? text.size() : end;
}

/// The length of the mark that begins the text, or 0.
std::size_t prefix_of(Text text) {
  const auto c = text.front();
  if (has(U"\u00A7%=\u2014\u2013", c) || has(kMarks, c)) return 1;
  if (c == U'+' && (text.size() == 1 || !is_figure(text[1]))) return 1;
  if (c == U'.' && run_of(text, U'.') > 1) return run_of(text, U'.');
  if (has(kQuotes, c) || has(kCurrencies, c) || has(kIcons, c)) return 1;
  for (const auto name : kNamedCurrencies) {
    if (text.starts_with(name)) return name.size();
  }
  return 0;
}

/// Whether a full stop after this is a mark of its own, and no part of an abbreviation.
bool ends_sentence(Text before) {
  if (before.empty()) return false;
  const auto last = before.back();
  const bool two_capitals = before.size() > 1 && is_capital_latin(last) && is_capital_latin(before[before.size() - 2]);
  const bool degrees = before.size() > 1 && before[before.size() - 2] == U'\u00B0' && has(U"FfCcKk", last);
  return two_capitals || degrees || is_figure(last) || is_small_latin(last) || has(U"%\u00B2-+", last) ||
         has(kMarks, last) || has(kQuotes, last);
}

/// The length of a unit or currency after a number at the end of the text, or 0.
std::size_t unit_of(Text text) {
  std::size_t longest = 0;
  const auto try_one = [&](Text unit) {
    if (!text.ends_with(unit) || text.size() == unit.size()) return;
    if (is_figure(text[text.size() - unit.size() - 1])) longest = std::max(longest, unit.size());
  };
  for (const auto unit : kUnits) try_one(unit);
  for (const auto name : kNamedCurrencies) try_one(name);
  if (has(kCurrencies, text.back()) || text.back() == U'+') try_one(text.substr(text.size() - 1));
  return longest;
}

/// The length of the mark, unit or clitic that ends the text, or 0.
std::size_t suffix_of(Text text) {
  if (text.empty()) return 0;
  const auto c = text.back();
  if (c == U'.') {
    const auto before = text.find_last_not_of(U'.');
    const auto dots = before == Text::npos ? text.size() : text.size() - before - 1;
    if (dots > 1) return dots;
    return ends_sentence(text.substr(0, text.size() - 1)) ? 1 : 0;
  }
  if (text.size() > 1 && has(U"sS", c) && has(U"'\u2019", text[text.size() - 2])) return 2;
  if (c == U'\u2026' && text.size() > 1 && text[text.size() - 2] == c) return 2;
  if (has(kMarks, c) || has(kQuotes, c) || has(kIcons, c) || c == U'\u2014' || c == U'\u2013') return 1;
  return unit_of(text);
}

/// The length of what cuts a word at `at`, or 0.
std::size_t infix_at(Text text, std::size_t at) {
  const auto c = text[at];
  const auto rest = text.substr(at);
  if (c == U'.' && run_of(rest, U'.') > 1) return run_of(rest, U'.');
  if (c == U'\u2026' || has(kIcons, c)) return 1;
  if (at == 0 || rest.size() < 2) return 0;
  const auto before = text[at - 1];
  const auto after = rest[1];
  if (has(U"+-*^", c) && is_figure(before) && (is_figure(after) || after == U'-')) return 1;
  if (c == U'.' && (is_small_latin(before) || has(kQuotes, before)) &&
      (is_capital_latin(after) || has(kQuotes, after))) {
    return 1;
  }
  if (c == U',' && is_letter_or_numeral(before) && is_letter_or_numeral(after)) return 1;
  if (!is_alphanumeric(before)) return 0;
  if (has(U":<>=/", c) && is_letter_or_numeral(after)) return 1;
  if (!has(kDashes, c)) return 0;
  if (is_letter_or_numeral(after)) return 1;
  const std::size_t most = c == U'-' ? 3 : c == U'\u2014' ? 2 : 1;
  const auto dashes = run_of(rest, c);
  const bool cuts = dashes <= most && dashes < rest.size() && is_letter_or_numeral(rest[dashes]);
  return cuts ? dashes : 0;
}

void cut_within(Text text, std::vector<std::u32string>& parts) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto length = infix_at(text, at);
    if (length == 0 || at == 0) {
      at += std::max<std::size_t>(length, 1);
      continue;
    }
    if (at > begin) parts.emplace_back(text.substr(begin, at - begin));
    parts.emplace_back(text.substr(at, length));
    at += length;
    begin = at;
  }
  if (begin < text.size()) parts.emplace_back(text.substr(begin));
}

}  // namespace

bool Tokenizer::add_special(Text text, Parts& parts) const {
  if (text.size() > kLongestSpecial) return false;
  auto known = special_.find(to_utf8(text));
  if (!known) return false;
  while (!known->empty()) parts.push_back(to_utf32(take_part(*known, '\t')));
  return true;
}

Tokenizer::Parts Tokenizer::split(Text chunk) const {
  Parts parts;
  if (add_special(chunk, parts)) return parts;
  const auto is_special = [this](Text text) { return !text.empty() && special_.has(to_utf8(text)); };
  Parts ends;
  while (!chunk.empty() && !is_special(chunk)) {
    const auto prefix = prefix_of(chunk);
    const auto suffix = suffix_of(chunk.substr(prefix));
    if (prefix + suffix == 0) break;
    const auto after_prefix = chunk.substr(prefix);
    if (prefix > 0 && is_special(after_prefix)) {
      parts.emplace_back(chunk.substr(0, prefix));
      chunk = after_prefix;
      break;
    }
    if (suffix > 0 && is_special(chunk.substr(0, chunk.size() - suffix))) {
      ends.emplace_back(chunk.substr(chunk.size() - suffix));
      chunk.remove_suffix(suffix);
      break;
    }
    if (prefix > 0) parts.emplace_back(chunk.substr(0, prefix));
    if (suffix > 0) ends.emplace_back(chunk.substr(chunk.size() - suffix));
    chunk = chunk.substr(prefix, chunk.size() - prefix - suffix);
  }
  if (!chunk.empty() && !add_special(chunk, parts)) cut_within(chunk, parts);
  parts.insert(parts.end(), ends.rbegin(), ends.rend());
  return parts.size() > 1 ? rejoin(parts) : parts;
}

/// Parts that together spell a special case are one: "Sept" and ".".
Tokenizer::Parts Tokenizer::rejoin(const Parts& parts) const {
  Parts joined;
  for (std::size_t i = 0; i < parts.size();) {
    std::size_t taken = 0;
    for (const std::size_t count : {std::size_t{3}, std::size_t{2}}) {
      if (taken > 0 || i + count > parts.size()) continue;
      std::u32string together;
      for (std::size_t k = 0; k < count; ++k) together += parts[i + k];
      if (add_special(together, joined)) taken = count;
    }
    if (taken == 0) joined.push_back(parts[i]);
    i += std::max<std::size_t>(taken, 1);
  }
  return joined;
}

std::vector<Token> Tokenizer::cut(Text text) const {
  std::vector<Token> tokens;
  for (std::size_t begin = 0; begin < text.size();) {
    if (is_space(text[begin])) {
      ++begin;
      continue;
    }
    auto end = begin + 1;
    while (end < text.size() && !is_space(text[end])) ++end;
    std::size_t at = begin;
    for (auto& part : split(text.substr(begin, end - begin))) {
      Token token{.text = std::move(part), .begin = at};
      at = std::min(end, at + token.text.size());
      token.end = at;
      tokens.push_back(std::move(token));
    }
    if (!tokens.empty()) tokens.back().space = end < text.size();
    begin = end;
  }
  return tokens;
}

}  // namespace antiphon::engine::hibari
