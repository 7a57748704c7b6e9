#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "phonemizer/phonemizer.h"

namespace antiphon::engine::piper {

/// What words sound like that are said alone. Remembers them, since a text repeats its words and asking takes 0.1 ms;
/// no answer depends on what was asked before. One thread at a time.
class WordSounds {
 public:
  /// At most so many words are remembered; then all are forgotten.
  static constexpr std::size_t kMostWords = 4096;
  /// A word with more bytes, or more phonemes, is not remembered.
  static constexpr std::size_t kMostBytes = 64;
  static constexpr std::size_t kMostPhonemes = 256;

  /// `voice`: espeak-ng's.
  WordSounds(phonemizer::Phonemizer phonemizer, std::string voice)
      : phonemizer_(std::move(phonemizer)), voice_(std::move(voice)) {}

  /// The phonemes of `word`, see phonemizer::sound_of(); none where espeak-ng refuses it.
  [[nodiscard]] std::u32string of(std::string_view word);
  [[nodiscard]] std::size_t remembered() const { return known_.size(); }

 private:
  phonemizer::Phonemizer phonemizer_;
  std::string voice_;
  std::unordered_map<std::string, std::u32string> known_;
};

}  // namespace antiphon::engine::piper
