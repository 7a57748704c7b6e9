#include "text/markup/lines.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/characters/characters.h"

namespace antiphon::text::markup {
namespace {

using std::string_view_literals::operator""sv;

/// A line that is about as long as a page or a mail is wide was wrapped.
constexpr std::size_t kWrappedCharacters = 50;
/// A line of so few words that begins in small letters is an item rather than wrapped.
constexpr std::size_t kItemWords = 2;
constexpr std::size_t kLongestWord = 12;

/// Words that no clause ends with.
constexpr std::array kOpenWords = {
    "a"sv,    "an"sv,   "the"sv, "of"sv,  "in"sv,  "on"sv,         "at"sv,   "to"sv,    "for"sv,  "from"sv, "with"sv,
    "by"sv,   "and"sv,  "or"sv,  "but"sv, "nor"sv, "as"sv,         "into"sv, "about"sv, "than"sv, "that"sv, "my"sv,
    "your"sv, "his"sv,  "her"sv, "its"sv, "our"sv, "their"sv,      "is"sv,   "are"sv,   "was"sv,  "were"sv, "mr"sv,
    "mrs"sv,  "ms"sv,   "dr"sv,  "der"sv, "die"sv, "das"sv,        "den"sv,  "dem"sv,   "des"sv,  "ein"sv,  "eine"sv,
    "und"sv,  "oder"sv, "von"sv, "zu"sv,  "mit"sv, "f\xC3\xBCr"sv, "im"sv,   "am"sv,    "le"sv,   "la"sv,   "les"sv,
    "un"sv,   "une"sv,  "de"sv,  "du"sv,  "et"sv,  "ou"sv,         "el"sv,   "los"sv,   "las"sv,  "il"sv,   "e"sv};

}  // namespace

void Line::begin(Block block) {
  *this = Line();
  block_ = block;
}

void Line::take(char32_t c) {
  if (characters::is_space(c)) {
    after_space_ = true;
    return;
  }
  ++characters_;
  if (after_space_) {
    ++words_;
    word_.clear();
  }
  after_space_ = false;
  if (first_ == 0) first_ = c;
  if (!characters::is_closing(c)) last_ = c;
  if (word_.size() >= kLongestWord) return;
  characters::append(word_, c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool Line::ends_before(Block next, char32_t first) const {
  if (empty()) return false;
  if (block_ == Block::kHeading || block_ == Block::kTable || block_ == Block::kCode) return true;
  if (next != Block::kText) return true;
  // What these end needs no line's end.
  if (characters::ends_sentence(last_) || U",;\u2026\u3001\uFF0C"sv.contains(last_)) return false;
  if (last_ == ':') return true;
  if (characters::is_lower(first)) return words_ <= kItemWords && characters::is_lower(first_) && characters_ > 1;
  if (std::ranges::find(kOpenWords, word_) != kOpenWords.end()) return false;
  return characters_ < kWrappedCharacters;
}

}  // namespace antiphon::text::markup
