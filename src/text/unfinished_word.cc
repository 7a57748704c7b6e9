#include "text/unfinished_word.h"

#include "text/boundaries.h"

namespace antiphon::text {
namespace {

using std::string_view_literals::operator""sv;

/// Marks after which a word begins without white space between.
bool stands_tight(char32_t c) { return U"\u2014\uFF1B\uFF1A\u3002\uFF01\uFF1F\u3001\uFF0C"sv.contains(c); }
/// Marks that may also stand within a number.
bool may_part_digits(char32_t c) { return U".,:;\uFF0E\uFF0C\uFF1A"sv.contains(c); }
bool ends_word(char32_t c) { return ends_sentence(c) || stands_tight(c) || U",;:\u2026"sv.contains(c); }
/// Quotes that close a word or open the next one.
bool is_plain_quote(char32_t c) { return c == '"' || c == '\''; }

/// The last code point of `utf8`, which is taken off; 0 where there is none.
char32_t take_last(std::string_view& utf8) {
  if (utf8.empty()) return 0;
  auto at = utf8.size();
  const char32_t c = decode_previous(utf8, at);
  utf8 = utf8.substr(0, at);
  return c;
}

/// Whether a full stop behind `stem` may be within a word: an initial's, or that of letters with full stops between.
bool may_be_dotted(std::string_view stem) {
  std::size_t at = 0;
  if (is_opening(decode_next(stem, at))) stem.remove_prefix(at);
  at = 0;
  (void)decode_next(stem, at);
  return at >= stem.size() || stem.contains('.');
}

/// Whether `word`, which has no white space, may go on.
bool may_go_on(std::string_view word) {
  char32_t last = take_last(word);
  while (last != 0 && is_closing(last) && !word.empty()) last = take_last(word);
  if (last == 0) return false;
  if (is_closing(last)) return is_plain_quote(last);
  auto stem = word;
  const char32_t before = take_last(stem);
  if (may_part_digits(last) && (before == 0 || is_digit(before))) return true;
  if (last == '.' && !ends_word(before)) return may_be_dotted(word);
  return !ends_word(last);
}

}  // namespace

std::size_t unfinished_word(std::string_view utf8) {
  auto before = utf8;
  while (!before.empty()) {
    auto rest = before;
    const char32_t c = take_last(rest);
    if (is_space(c)) break;
    if (stands_tight(c)) {
      auto stem = rest;
      if (!may_part_digits(c) || !is_digit(take_last(stem))) break;
    }
    before = rest;
  }
  return may_go_on(utf8.substr(before.size())) ? before.size() : utf8.size();
}

}  // namespace antiphon::text
