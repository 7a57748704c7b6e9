#include "engine/hibari/subtokens.h"

#include <algorithm>

#include "engine/hibari/characters.h"

namespace antiphon::engine::hibari {
namespace {

using Text = std::u32string_view;

std::size_t run_of_apostrophes(Text text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_apostrophe) - text.begin());
}

/// Digits, with commas and points that digits follow.
std::size_t number_in(Text text) {
  std::size_t end = 0;
  while (end < text.size()) {
    if (is_digit(text[end])) {
      ++end;
    } else if ((text[end] == U',' || text[end] == U'.') && end + 1 < text.size() && is_digit(text[end + 1])) {
      end += 2;
    } else {
      break;
    }
  }
  return end;
}

/// An apostrophe and the letter after it: 2, or 0.
std::size_t elision_at(Text text, std::size_t at) {
  return at + 1 < text.size() && is_apostrophe(text[at]) && is_letter_or_numeral(text[at + 1]) ? 2 : 0;
}

/// Up to the first small letter that a capital follows, or 0.
std::size_t first_hump(Text text) {
  const auto ends = [&](std::size_t at) {
    return at + 1 < text.size() && is_small_latin(text[at]) && is_capital_latin(text[at + 1]);
  };
  std::size_t letters = 0;
  while (true) {
    if (ends(letters)) return letters + 1;
    if (letters >= text.size() || !is_letter_or_numeral(text[letters])) break;
    ++letters;
  }
  std::size_t at = letters;
  while (elision_at(text, at) > 0) {
    at += 2;
    if (ends(at)) return at + 1;
  }
  return 0;
}

std::size_t word_in(Text text) {
  std::size_t end = 0;
  while (end < text.size() && is_letter_or_numeral(text[end])) ++end;
  if (end == 0) return 0;
  while (elision_at(text, end) > 0) end += 2;
  return end;
}

/// The length of the part that begins the text; 0 where its first character is none.
std::size_t next_part(Text text, bool begins) {
  const auto c = text.front();
  const auto apostrophes = run_of_apostrophes(text);
  if (begins && apostrophes > 0) return apostrophes;
  if (text.size() > 2 && is_capital_latin(c) && is_capital_latin(text[1]) && is_small_latin(text[2])) return 1;
  if (begins && c == U'-') {
    if (const auto number = number_in(text.substr(1)); number > 0) return number + 1;
  }
  if (const auto number = number_in(text); number > 0) return number;
  if (c == U'-' || c == U'_') return std::min(text.find_first_not_of(U"-_"), text.size());
  if (apostrophes > 1) return apostrophes;
  if (const auto hump = first_hump(text); hump > 0) return hump;
  if (const auto word = word_in(text); word > 0) return word;
  if (apostrophes > 0) return apostrophes == text.size() ? apostrophes : 0;
  return is_alphanumeric(c) ? 0 : 1;
}

}  // namespace

std::vector<std::u32string> subtokens_of(Text token) {
  std::vector<std::u32string> parts;
  for (std::size_t at = 0; at < token.size();) {
    const auto length = next_part(token.substr(at), at == 0);
    if (length > 0) parts.emplace_back(token.substr(at, length));
    at += std::max<std::size_t>(length, 1);
  }
  return parts;
}

}  // namespace antiphon::engine::hibari
