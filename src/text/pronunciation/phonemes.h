#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace antiphon::text::pronunciation {

/// A sign that stands for no sound.
struct BadSign {
  std::string sign;           ///< One code point, UTF-8.
  std::size_t character = 0;  ///< Its place among the code points, from 1 on.
};

/// Returns the first sign of `phonemes` that is neither of the International Phonetic Alphabet, a letter (voices have
/// letters of their own for diphthongs), nor a mark of stress, length, tone, syllables or pauses; nullopt if all are.
/// `phonemes` is UTF-8.
[[nodiscard]] std::optional<BadSign> find_bad_sign(std::string_view phonemes);

}  // namespace antiphon::text::pronunciation
