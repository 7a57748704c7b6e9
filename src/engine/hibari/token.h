#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace antiphon::engine::hibari {

/// A part of a text between two places where it may be cut: a word, a part of one, or a mark.
struct Token {
  std::u32string text = {};
  std::string tag = {};                         ///< Its part of speech, by the names of the Penn Treebank.
  bool space = false;                           ///< Whether white space follows.
  std::optional<std::u32string> phonemes = {};  ///< As soon as they are known.
  bool begins = true;                           ///< False where it goes on without a space after another.
  bool says_to = false;                         ///< A 2 between letters.
  char32_t currency = 0;                        ///< Currency of an amount that ends here; 0: none.
  bool spaced = false;                          ///< Whether its phonemes are parted from those before.
  std::size_t begin = 0;                        ///< Characters of the text.
  std::size_t end = 0;
};

}  // namespace antiphon::engine::hibari
