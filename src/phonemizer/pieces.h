#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::phonemizer {

/// Bounds of what espeak-ng 1.52 gets in one call. It strips one affix after another from a word and gathers their
/// phonemes in 200 bytes without a check (espeak-ng's pull request 2495), and spaces a clause out in 800 bytes; beyond
/// either it ends the process or never returns. The shortest word that was found to do so has 136 characters, the
/// shortest clause 202. Ordinary text reaches none of these bounds.
struct PieceBounds {
  /// Characters of a word. An affix yields at most three bytes of phonemes for each of its characters.
  static constexpr std::size_t kWordCharacters = 64;
  static constexpr std::size_t kWordBytes = 150;  ///< Bytes of a word; espeak-ng copies it into 160.
  /// Bytes of a clause with the spaces that espeak-ng may add.
  static constexpr std::size_t kClauseBytes = 640;
  static constexpr std::size_t kClauseWords = 150;  ///< Words of a clause; espeak-ng has room for 300.
  /// Single letters in a row, which espeak-ng may take for one abbreviation.
  static constexpr std::size_t kSingleLetters = 32;
};

/// Cuts `utf8`, which must be valid, into the pieces that espeak-ng reads one after the other, each in calls of its own
/// and as if the text ended behind it. Together they are the whole text. A text within the bounds is one piece. A word
/// that is too long is cut between characters; a clause that is too long is cut between words where it has any.
[[nodiscard]] std::vector<std::string_view> pieces(std::string_view utf8);

/// A piece with a space for each hyphen that stands between a sign and a letter, as in `"-a`, or before a
/// letter of another script of India: espeak-ng takes what
/// follows for the second part of a word that has no first, and reads from address zero where that is in another
/// language. Two hyphens in a row are a dash, and stay.
[[nodiscard]] std::string without_loose_hyphens(std::string_view utf8);

/// Whether espeak-ng may say the names of pictographs.
enum class Pictographs : std::uint8_t {
  kNamed,
  kSilent,  ///< In languages other than English: names with an English word in them spoil all that is read after them.
};

/// `utf8`, which must be valid, with spaces for the signs that espeak-ng cannot bear: Braille patterns, whose dots it
/// lists in 80 bytes, and pictographs (also of copyright and trade marks) where they are silent. No byte moves.
[[nodiscard]] std::string without_unsafe_signs(std::string_view utf8, Pictographs pictographs);

}  // namespace antiphon::phonemizer
