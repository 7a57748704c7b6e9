#include "text/piece_joiner.h"

#include "text/boundaries.h"

namespace antiphon::text {
namespace {

using std::string_view_literals::operator""sv;

bool is_apostrophe(char32_t c) { return c == '\'' || c == U'\u2019'; }

/// Whether no word goes on behind `c`, a mark behind `before`.
bool is_mark(char32_t c, char32_t before) {
  if (c == '"') return before != 0 && !is_space(before);
  return !is_apostrophe(c) && (ends_sentence(c) || is_closing(c) || U",;:\u2026\u2014"sv.contains(c));
}

/// How a piece begins, behind opening quotes and brackets.
struct Beginning {
  char32_t first = 0;
  char32_t second = 0;  ///< 0 where there is none.
};

Beginning beginning_of(std::string_view piece) {
  Beginning begins;
  std::size_t at = 0;
  do {
    begins.first = decode_next(piece, at);
  } while (is_opening(begins.first) && at < piece.size());
  if (at < piece.size()) begins.second = decode_next(piece, at);
  return begins;
}

}  // namespace

std::string PieceJoiner::join(std::string_view piece) {
  if (piece.empty()) return {};
  const bool blank = trimmed(piece).empty();
  // A first message that is blank opens a context, and others keep it alive.
  if (blank && last_[0] == 0) return std::string(piece);
  std::size_t at = 0;
  const bool begins_spaced = is_space(decode_next(piece, at));
  const bool spaced = begins_spaced || is_space(last_[0]);
  if (!blank) has_spaces_ = has_spaces_ || (begins_spaced && last_[0] != 0) || (is_space(last_[0]) && !after_blank_);
  after_blank_ = blank;
  std::string joined = last_[0] != 0 && !spaced && parts(piece) ? " " : "";
  remember(piece);
  return joined += piece;
}

bool PieceJoiner::parts(std::string_view piece) {
  const auto [first, second] = beginning_of(piece);
  const auto [last, before, before_that] = last_;
  const bool initial = last == '.' && is_upper(before) && !is_letter(before_that);
  if (is_upper(first) && is_mark(last, before) && !initial) return strips_ = true;
  if (strips_ && !has_spaces_) {
    const bool number = is_digit(first) && (is_digit(last) || (U".,:"sv.contains(last) && is_digit(before)));
    std::size_t at = 0;
    const bool tied = is_apostrophe(last) || is_apostrophe(decode_next(piece, at));
    return is_word(first) && !number && !tied;
  }
  // A client that sends its spaces means none here: "You" and "Tube", "Mc" and "Donald".
  if (has_spaces_) return false;
  // "USA" and "Then", "5" and "Then", but neither "U" and "SA" nor "4" and "K".
  if (is_upper(last) || is_digit(last)) return is_upper(first) && is_lower(second);
  return is_letter(last) && is_upper(first) && second != 0;
}

void PieceJoiner::remember(std::string_view piece) {
  std::array<char32_t, 3> ends{};
  std::size_t found = 0;
  for (auto at = piece.size(); at > 0 && found < ends.size(); ++found) ends[found] = decode_previous(piece, at);
  for (std::size_t i = 0; found < ends.size(); ++i, ++found) ends[found] = last_[i];
  last_ = ends;
}

}  // namespace antiphon::text
