#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/engine.h"
#include "phonemizer/phonemizer.h"

namespace antiphon::engine::piper {

/// A word: where it begins in the text, and with which phoneme.
struct Word {
  std::uint32_t text_offset = 0;  ///< Bytes.
  std::size_t phoneme = 0;        ///< Place in Reading::phonemes.
  friend bool operator==(const Word&, const Word&) = default;
};

/// A segment as a voice reads it.
struct Reading {
  std::u32string phonemes;
  std::vector<Word> words;  ///< Ascending in both places; not all are known, see read_clauses().
};

/// The words of a clause are known where it has as many in phonemes as in letters; of others ("3.14", "of the" said as
/// one) only the first is.
[[nodiscard]] Reading read_clauses(std::string_view text, std::span<const phonemizer::Clause> clauses);
/// For voices that read characters.
[[nodiscard]] Reading read_characters(std::string_view text);

/// Where the words start in the audio. `starts`: the first id of each phoneme; `frames_of`: the frames of each id;
/// `hop`: samples of a frame. At most kMaxMarks.
[[nodiscard]] std::vector<SegmentPlan::Mark> marks_of(std::span<const Word> words, std::span<const std::size_t> starts,
                                                      std::span<const std::uint32_t> frames_of, std::uint32_t hop);
inline constexpr std::size_t kMaxMarks = 4096;

}  // namespace antiphon::engine::piper
