#include "phonemizer/pieces.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace antiphon::phonemizer {
namespace {

constexpr std::u32string_view kApostrophes = U"'?\u00B4\u2018\u2019\u2032\u02BC\u02C8\u00B7";
/// Marks behind which, where a space follows, espeak-ng begins another clause in every language. Not the full stop: it
/// may end an abbreviation.
constexpr std::u32string_view kClauseEnds = U",;:!?";
constexpr UChar32 kFirstIdeographic = 0x3000;
constexpr UChar32 kFirstPictograph = 0x2190;

bool is_space(UChar32 c) { return u_isUWhiteSpace(c) != 0; }
bool is_letter(UChar32 c) { return (U_GET_GC_MASK(c) & U_GC_L_MASK) != 0; }
/// What belongs to the character before it.
bool is_attached(UChar32 c) { return (U_GET_GC_MASK(c) & (U_GC_M_MASK | U_GC_CF_MASK)) != 0; }

bool is_pictograph(UChar32 c) {
  constexpr std::u32string_view kSigns = U"\u00A9\u00AE\u2122";  // whose names have the same fault
  if (kSigns.contains(static_cast<char32_t>(c))) return true;
  return c >= kFirstPictograph &&
         ((U_GET_GC_MASK(c) & U_GC_SO_MASK) != 0 || u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) != 0 ||
          u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER) != 0);
}

bool is_braille(UChar32 c) { return c >= 0x2800 && c <= 0x28FF; }

/// Whether espeak-ng may keep `c` in the word that it reads, in any language.
bool is_within_word(UChar32 c) {
  if ((U_GET_GC_MASK(c) & (U_GC_P_MASK | U_GC_S_MASK | U_GC_Z_MASK)) == 0) return true;
  return c == '.' || c == ',' || kApostrophes.contains(static_cast<char32_t>(c));
}

/// espeak-ng takes for letters marks that stand alone, and code points that have no character.
bool may_be_letter(UChar32 c) { return is_letter(c) || (c >= 0x80 && is_within_word(c)); }

/// Whether espeak-ng cannot go on to a letter behind a hyphen, since it changes to a language of India for it.
bool is_switch(UChar32 before, UChar32 after, Indian indian) {
  if (after < 0x0900 || after > 0x0DFF) return false;
  UErrorCode status = U_ZERO_ERROR;
  return indian == Indian::kForeign || uscript_getScript(before, &status) != uscript_getScript(after, &status);
}

/// Bytes that espeak-ng may need for `c` after `previous`: it sets spaces between letters, digits and signs, before
/// capitals, between scripts and around ideographs.
std::size_t cost_of(UChar32 c, UChar32 previous) {
  const std::size_t bytes = U8_LENGTH(c);
  if (is_space(c) || is_attached(c)) return bytes;
  if (!is_letter(c)) return bytes + 2;
  const bool other_script = is_letter(previous) && (c < 0x80) != (previous < 0x80);
  return bytes + (u_isupper(c) != 0 || other_script || c >= kFirstIdeographic ? 1 : 0);
}

/// Follows one piece, character by character.
class Meter {
 public:
  /// Whether the piece may go on with `c`.
  enum class Room : std::uint8_t { kYes, kNotInWord, kNotInClause };

  [[nodiscard]] Room room_for(UChar32 c) const {
    const bool full =
        word_characters_ >= PieceBounds::kWordCharacters || word_bytes_ + U8_LENGTH(c) > PieceBounds::kWordBytes;
    // Marks stay with their letter, but not for ever.
    const bool may_cut = !is_attached(c) || word_characters_ >= PieceBounds::kWordCharacters + kMarks ||
                         word_bytes_ + U8_LENGTH(c) > PieceBounds::kWordBytes;
    if (is_within_word(c) && full && may_cut) return Room::kNotInWord;
    if (cost_ + cost_of(c, previous_) > PieceBounds::kClauseBytes || words_ > PieceBounds::kClauseWords ||
        singles_ > PieceBounds::kSingleLetters) {
      return Room::kNotInClause;
    }
    return Room::kYes;
  }

  void take(UChar32 c) {
    cost_ += cost_of(c, previous_);
    count_word(c);
    if (is_space(c) && kClauseEnds.contains(static_cast<char32_t>(previous_))) {
      cost_ = words_ = singles_ = 0;
    }
    previous_ = c;
  }

 private:
  static constexpr std::size_t kMarks = 8;

  void count_word(UChar32 c) {
    if (is_within_word(c)) {
      ++word_characters_;
      word_bytes_ += U8_LENGTH(c);
    } else {
      word_characters_ = word_bytes_ = 0;
    }
    if (may_be_letter(c) && (letters_ == 0 || !is_attached(c))) {
      ++letters_;
      if (letters_ == 1) {
        ++singles_;
        ++words_;
      } else if (letters_ == 2) {
        singles_ = 0;
      }
    } else if (!is_attached(c)) {
      letters_ = 0;
      const bool goes_on = u_isdigit(c) != 0 && u_isdigit(previous_) != 0;
      if (!is_space(c) && !goes_on) ++words_;
    }
  }

  std::size_t word_characters_ = 0;
  std::size_t word_bytes_ = 0;
  std::size_t cost_ = 0;
  std::size_t words_ = 0;
  std::size_t letters_ = 0;  ///< Letters in a row.
  std::size_t singles_ = 0;  ///< Single letters since the last word of several.
  UChar32 previous_ = ' ';
};

}  // namespace

std::vector<std::string_view> pieces(std::string_view utf8) {
  std::vector<std::string_view> found;
  std::size_t begin = 0;
  std::optional<std::size_t> behind_space;  // within the piece
  Meter meter;
  for (std::size_t at = 0; at < utf8.size();) {
    auto next = at;
    UChar32 c = 0;
    U8_NEXT(utf8, next, utf8.size(), c);
    const auto room = at == begin ? Meter::Room::kYes : meter.room_for(c);
    if (room == Meter::Room::kYes) {
      meter.take(c);
      at = next;
      if (is_space(c)) behind_space = at;
      continue;
    }
    const auto cut = room == Meter::Room::kNotInClause ? behind_space.value_or(at) : at;
    found.push_back(utf8.substr(begin, cut - begin));
    begin = at = cut;
    behind_space.reset();
    meter = Meter();
  }
  if (begin < utf8.size() || found.empty()) found.push_back(utf8.substr(begin));
  return found;
}

std::string without_loose_hyphens(std::string_view utf8, Indian indian) {
  std::string out(utf8);
  UChar32 base = ' ';  // the last character but for what is attached to it
  std::size_t hyphens = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto begin = at;
    UChar32 c = 0;
    U8_NEXT(utf8, at, utf8.size(), c);
    const bool is_word = is_letter(base) || (base >= '0' && base <= '9');  // other digits count as signs there
    if (c == '-') {
      ++hyphens;
      continue;
    }
    const bool is_mark = is_attached(c);
    const bool loose = hyphens > 0 && hyphens != 2 && (c < 0x80 ? is_letter(c) : !is_space(c)) &&
                       (hyphens > 2 || is_switch(base, c, indian) || (!is_word && !is_space(base)));
    if (loose) out[begin - 1] = ' ';
    if (!is_mark || is_space(base) || hyphens > 0) base = c;
    hyphens = 0;
  }
  return out;
}

std::string without_unsafe_signs(std::string_view utf8, Pictographs pictographs) {
  std::string out(utf8);
  for (std::size_t at = 0; at < utf8.size();) {
    const auto begin = at;
    UChar32 c = 0;
    U8_NEXT(utf8, at, utf8.size(), c);
    if (is_braille(c) || (pictographs == Pictographs::kSilent && is_pictograph(c))) {
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin), out.begin() + static_cast<std::ptrdiff_t>(at), ' ');
    }
  }
  return out;
}

}  // namespace antiphon::phonemizer
