#include "engine/piper/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::engine::piper {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Mark = SegmentPlan::Mark;

TEST(Reading, PairsTheWordsOfEachClause) {
  const std::string_view text = "Oh my, he -- ran.";
  const std::vector<phonemizer::Clause> clauses = {
      {.phonemes = U"ab cd", .terminator = U',', .text_begin = 0, .text_end = 7},
      {.phonemes = U"ef gh", .terminator = U'.', .text_begin = 7, .text_end = 17}};
  const auto reading = read_clauses(text, clauses);
  EXPECT_EQ(reading.phonemes, U"ab cd, ef gh.");
  EXPECT_THAT(reading.words, ElementsAre(Word{.text_offset = 0, .phoneme = 0}, Word{.text_offset = 3, .phoneme = 3},
                                         Word{.text_offset = 7, .phoneme = 7}, Word{.text_offset = 13, .phoneme = 10}));
}

TEST(Reading, KnowsOnlyTheFirstWordWhereTheCountsDiffer) {
  const std::vector<phonemizer::Clause> clauses = {
      {.phonemes = U"three point one", .terminator = U',', .text_begin = 0, .text_end = 6},
      {.phonemes = U"y", .terminator = U'.', .text_begin = 6, .text_end = 8}};
  EXPECT_THAT(read_clauses("(3.1), y", clauses).words,
              ElementsAre(Word{.text_offset = 0, .phoneme = 0}, Word{.text_offset = 7, .phoneme = 17}));
}

TEST(Reading, KnowsNoWordWhereThePlaceIsNotKnown) {
  EXPECT_THAT(read_clauses("abc", std::vector<phonemizer::Clause>{{.phonemes = U"abc"}}).words, IsEmpty());
}

TEST(Reading, ReadsCharactersWordByWord) {
  const auto reading = read_characters("\u00E9a b");
  EXPECT_EQ(reading.phonemes, U"e\u0301a b");
  EXPECT_THAT(reading.words, ElementsAre(Word{.text_offset = 0, .phoneme = 0}, Word{.text_offset = 4, .phoneme = 4}));
}

TEST(Marks, AreTheSumOfWhatWasSpokenBefore) {
  const std::vector<Word> words = {{.text_offset = 0, .phoneme = 0}, {.text_offset = 3, .phoneme = 2}};
  // Ids: ^ _ a _ <space> _ b _ $; phoneme k begins with id 2 + 2 k.
  EXPECT_THAT(
      marks_of(words, std::vector<std::size_t>{2, 4, 6}, std::vector<std::uint32_t>{1, 1, 5, 2, 3, 1, 7, 1, 1}, 256),
      ElementsAre(Mark{.text_offset = 0, .sample_offset = 2 * 256}, Mark{.text_offset = 3, .sample_offset = 13 * 256}));
  EXPECT_THAT(marks_of({}, {}, {}, 256), IsEmpty());
}

}  // namespace
}  // namespace antiphon::engine::piper
