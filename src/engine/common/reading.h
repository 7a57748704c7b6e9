#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/engine.h"

namespace antiphon::engine {

/// What stands between white space in a text: bytes [begin, begin + text.size()).
struct Written {
  std::size_t begin = 0;
  std::string_view text;
};

/// The words of `text`, which outlives them.
[[nodiscard]] std::vector<Written> written_words(std::string_view text);

/// A stretch of a text that is letters, or phonemes between the signs of text/characters.
struct Sounded {
  std::string_view text;
  enum class As : std::uint8_t { kLetters, kPhonemes } as = As::kLetters;
};
/// The stretches of `text`, which outlives them, without the signs; none is empty.
[[nodiscard]] std::vector<Sounded> stretches_of(std::string_view text);
/// Appends the phonemes of another stretch as those of another word, or of the marks behind a word.
void append_sound(std::u32string& phonemes, std::u32string_view more);

/// A word that is heard, in the text and among the phonemes. Words ascend in both and do not overlap.
struct Word {
  std::size_t text_begin = 0;  ///< Bytes.
  std::size_t text_end = 0;
  std::size_t phoneme_begin = 0;
  std::size_t phoneme_end = 0;
  friend bool operator==(const Word&, const Word&) = default;
};

/// The words of a text whose phonemes are its characters, decomposed.
[[nodiscard]] std::vector<Word> words_of_characters(std::string_view text);

/// Extends each word to the beginning of the next one where nothing but spaces lies between them: no pause is spoken
/// there, and a voice says the end of the word and the beginning of the next one in the time of the space.
void close_gaps(std::span<Word> words, std::u32string_view phonemes);

/// Where the words start and end in the audio. `starts`: the first id of each phoneme; `frames_of`: the frames of each
/// id; `hop`: samples of a frame. At most kMaxMarks.
[[nodiscard]] std::vector<SegmentPlan::Mark> marks_of(std::span<const Word> words, std::span<const std::size_t> starts,
                                                      std::span<const std::uint32_t> frames_of, std::uint32_t hop);
inline constexpr std::size_t kMaxMarks = 4096;

}  // namespace antiphon::engine
