#include "engine/common/reading.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "phonemizer/phonemizer.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"

namespace antiphon::engine {

std::vector<Written> written_words(std::string_view text) {
  std::vector<Written> words;
  const char* const bytes = text.data();
  const auto length = static_cast<std::int64_t>(text.size());
  bool within = false;
  for (std::int64_t i = 0; i < length;) {
    const auto at = i;
    UChar32 c = 0;
    U8_NEXT(bytes, i, length, c);
    const bool parts = c < 0 || u_isUWhiteSpace(c) != 0;
    if (!parts && !within) words.push_back({.begin = static_cast<std::size_t>(at), .text = {}});
    within = !parts;
    if (!within) continue;
    auto& word = words.back();
    word.text = text.substr(word.begin, static_cast<std::size_t>(i) - word.begin);
  }
  return words;
}

std::vector<Sounded> stretches_of(std::string_view rest) {
  std::string begin;
  std::string end;
  text::characters::append(begin, text::characters::kPhonemesBegin);
  text::characters::append(end, text::characters::kPhonemesEnd);
  std::vector<Sounded> out;
  const auto add = [&](std::string_view stretch, Sounded::As as) {
    if (!stretch.empty()) out.push_back({.text = stretch, .as = as});
  };
  while (!rest.empty()) {
    const auto from = rest.find(begin);
    add(rest.substr(0, from), Sounded::As::kLetters);
    if (from == std::string_view::npos) break;
    rest.remove_prefix(from + begin.size());
    const auto to = rest.find(end);
    add(rest.substr(0, to), Sounded::As::kPhonemes);
    rest.remove_prefix(to == std::string_view::npos ? rest.size() : to + end.size());
  }
  return out;
}

void append_sound(std::u32string& phonemes, std::u32string_view more) {
  constexpr std::u32string_view kMarks = U" .,;:!?";
  if (more.empty()) return;
  if (!phonemes.empty() && phonemes.back() != U' ' && !kMarks.contains(more.front())) phonemes += U' ';
  phonemes += more;
}

std::vector<Word> words_of_characters(std::string_view text) {
  std::vector<Word> words;
  std::size_t text_end = 0;
  std::size_t phoneme_end = 0;
  // White space parts what is composed, so the words can be decomposed one by one.
  for (const auto& word : written_words(text)) {
    const auto begin = phoneme_end + phonemizer::decomposed(text.substr(text_end, word.begin - text_end)).size();
    text_end = word.begin + word.text.size();
    phoneme_end = begin + phonemizer::decomposed(word.text).size();
    words.push_back(
        {.text_begin = word.begin, .text_end = text_end, .phoneme_begin = begin, .phoneme_end = phoneme_end});
  }
  return words;
}

void close_gaps(std::span<Word> words, std::u32string_view phonemes) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto begin = words[i].phoneme_end;
    const auto gap = phonemes.substr(begin, words[i + 1].phoneme_begin - begin);
    if (gap.find_first_not_of(U' ') == std::u32string_view::npos) words[i].phoneme_end = words[i + 1].phoneme_begin;
  }
}

std::vector<SegmentPlan::Mark> marks_of(std::span<const Word> words, std::span<const std::size_t> starts,
                                        std::span<const std::uint32_t> frames_of, std::uint32_t hop) {
  std::vector<SegmentPlan::Mark> marks;
  std::size_t id = 0;
  std::uint32_t frames = 0;
  const auto add = [&](std::size_t text_offset, std::size_t phoneme) {
    const auto end = phoneme < starts.size() ? std::min(starts[phoneme], frames_of.size()) : frames_of.size();
    for (; id < end; ++id) frames += frames_of[id];
    marks.push_back({.text_offset = static_cast<std::uint32_t>(text_offset), .sample_offset = frames * hop});
  };
  for (const auto& word : words.first(std::min(words.size(), kMaxMarks / 2))) {
    add(word.text_begin, word.phoneme_begin);
    add(word.text_end, word.phoneme_end);
  }
  return marks;
}

}  // namespace antiphon::engine
