#include "engine/piper/reading.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace antiphon::engine::piper {
namespace {

/// Byte offsets of the words of `text`: what stands between white space and has a letter or a digit.
std::vector<std::size_t> words_of(std::string_view text) {
  std::vector<std::size_t> words;
  const char* const bytes = text.data();
  const auto length = static_cast<std::int64_t>(text.size());
  bool within = false;   // of what stands between white space
  bool counted = false;  // as a word
  std::int64_t begin = 0;
  for (std::int64_t i = 0; i < length;) {
    const auto at = i;
    UChar32 c = 0;
    U8_NEXT(bytes, i, length, c);
    if (c < 0 || u_isUWhiteSpace(c) != 0) {
      within = false;
      continue;
    }
    if (!within) {
      begin = at;
      counted = false;
    }
    within = true;
    if (!counted && (u_isUAlphabetic(c) != 0 || u_isdigit(c) != 0)) {
      words.push_back(static_cast<std::size_t>(begin));
      counted = true;
    }
  }
  return words;
}

/// Places of the words among phonemes.
std::vector<std::size_t> words_of(std::u32string_view phonemes) {
  std::vector<std::size_t> words;
  for (std::size_t i = 0; i < phonemes.size(); ++i) {
    if (phonemes[i] != U' ' && (i == 0 || phonemes[i - 1] == U' ')) words.push_back(i);
  }
  return words;
}

void pair_up(std::string_view text, std::size_t text_begin, std::u32string_view phonemes, std::size_t phonemes_begin,
             std::vector<Word>& out) {
  const auto written = words_of(text);
  const auto spoken = words_of(phonemes);
  const auto known =
      written.size() == spoken.size() ? written.size() : std::size_t{!written.empty() && !spoken.empty()};
  for (std::size_t i = 0; i < known; ++i) {
    out.push_back(
        {.text_offset = static_cast<std::uint32_t>(text_begin + written[i]), .phoneme = phonemes_begin + spoken[i]});
  }
}

}  // namespace

Reading read_clauses(std::string_view text, std::span<const phonemizer::Clause> clauses) {
  Reading reading;
  std::vector<std::size_t> begins;
  reading.phonemes = phonemizer::join(clauses, &begins);
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const auto& clause = clauses[i];
    const auto words = text.substr(clause.text_begin, clause.text_end - clause.text_begin);
    pair_up(words, clause.text_begin, clause.phonemes, begins[i], reading.words);
  }
  return reading;
}

Reading read_characters(std::string_view text) {
  Reading reading{.phonemes = phonemizer::decomposed(text), .words = {}};
  pair_up(text, 0, reading.phonemes, 0, reading.words);
  return reading;
}

std::vector<SegmentPlan::Mark> marks_of(std::span<const Word> words, std::span<const std::size_t> starts,
                                        std::span<const std::uint32_t> frames_of, std::uint32_t hop) {
  std::vector<SegmentPlan::Mark> marks;
  std::size_t id = 0;
  std::uint32_t frames = 0;
  for (const auto& word : words) {
    if (marks.size() == kMaxMarks || word.phoneme >= starts.size()) break;
    for (const auto end = std::min(starts[word.phoneme], frames_of.size()); id < end; ++id) frames += frames_of[id];
    marks.push_back({.text_offset = word.text_offset, .sample_offset = frames * hop});
  }
  return marks;
}

}  // namespace antiphon::engine::piper
