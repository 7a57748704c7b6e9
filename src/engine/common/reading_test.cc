#include "engine/common/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

using Mark = SegmentPlan::Mark;

TEST(Stretches, PhonemesStandBetweenTheirSigns) {
  const std::string text = "I say \U000F8000t\u0259m\U000F8001 twice.";
  const auto stretches = stretches_of(text);
  ASSERT_EQ(stretches.size(), 3U);
  EXPECT_EQ(stretches[0].text, "I say ");
  EXPECT_EQ(stretches[1].text, "t\u0259m");
  EXPECT_EQ(stretches[1].as, Sounded::As::kPhonemes);
  EXPECT_EQ(stretches[2].text, " twice.");
  EXPECT_EQ(stretches_of("plain").size(), 1U);
  EXPECT_EQ(stretches_of("\U000F8000open").front().as, Sounded::As::kPhonemes);
}

TEST(Stretches, SoundsAreJoinedAsWordsAndMarksStayWithTheirWord) {
  std::u32string sound;
  for (const auto* more : {U"a", U"b", U".", U"c "}) append_sound(sound, more);
  EXPECT_EQ(sound, U"a b. c ");
}

TEST(Reading, WordsStandBetweenWhiteSpace) {
  std::vector<std::pair<std::size_t, std::string_view>> words;
  for (const auto& word : written_words(" \u00E9a,\n--  (b)\u00A0c\xFFz")) words.emplace_back(word.begin, word.text);
  EXPECT_THAT(words, ElementsAre(Pair(1, "\u00E9a,"), Pair(6, "--"), Pair(10, "(b)"), Pair(15, "c"), Pair(17, "z")));
  EXPECT_THAT(written_words(""), IsEmpty());
}

TEST(Reading, CharactersAreReadWordByWord) {
  EXPECT_THAT(words_of_characters("\u00E9a -- b"),
              ElementsAre(Word{.text_begin = 0, .text_end = 3, .phoneme_begin = 0, .phoneme_end = 3},
                          Word{.text_begin = 4, .text_end = 6, .phoneme_begin = 4, .phoneme_end = 6},
                          Word{.text_begin = 7, .text_end = 8, .phoneme_begin = 7, .phoneme_end = 8}));
}

TEST(Reading, WordsLastUntilTheNextOneUnlessAMarkIsBetween) {
  std::vector<Word> words = {{.phoneme_begin = 0, .phoneme_end = 1},
                             {.phoneme_begin = 2, .phoneme_end = 3},
                             {.phoneme_begin = 5, .phoneme_end = 6}};
  close_gaps(words, U"a b, c.");
  EXPECT_EQ(words[0].phoneme_end, 2U);
  EXPECT_EQ(words[1].phoneme_end, 3U);
  EXPECT_EQ(words[2].phoneme_end, 6U);
  close_gaps({}, U"a");
}

TEST(Marks, AreTheSumOfWhatWasSpokenBefore) {
  const std::vector<Word> words = {{.text_begin = 0, .text_end = 2, .phoneme_begin = 0, .phoneme_end = 1},
                                   {.text_begin = 3, .text_end = 4, .phoneme_begin = 2, .phoneme_end = 3}};
  // Ids: ^ _ a _ <space> _ b _ $; phoneme k begins with id 2 + 2 k.
  EXPECT_THAT(
      marks_of(words, std::vector<std::size_t>{2, 4, 6}, std::vector<std::uint32_t>{1, 1, 5, 2, 3, 1, 7, 1, 1}, 256),
      ElementsAre(Mark{.text_offset = 0, .sample_offset = 2 * 256}, Mark{.text_offset = 2, .sample_offset = 9 * 256},
                  Mark{.text_offset = 3, .sample_offset = 13 * 256},
                  Mark{.text_offset = 4, .sample_offset = 22 * 256}));
  EXPECT_THAT(marks_of({}, {}, {}, 256), IsEmpty());
}

TEST(Marks, AreBounded) {
  const std::vector<Word> words(kMaxMarks);
  EXPECT_EQ(marks_of(words, std::vector<std::size_t>{0}, std::vector<std::uint32_t>{1}, 256).size(), kMaxMarks);
}

}  // namespace
}  // namespace antiphon::engine
