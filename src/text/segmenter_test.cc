#include "text/segmenter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "text/test_text.h"
#include "text/text.h"

namespace antiphon::text {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::vector<std::string> texts(std::string_view text, const Options& options = {}) {
  std::vector<std::string> out;
  const auto normalised = normalise(text);
  if (!normalised) return {"invalid"};
  for (auto& part : segment(*normalised, options)) out.push_back(part.text);
  return out;
}

std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& segment : segment(text, {})) out.push_back(segment.text);
  return out;
}

TEST(Sentences, TheNextWordSaysWhatAFullStopEnds) {
  using testing::SizeIs;
  for (const auto* text :
       {"James T. Kirk left.", "Mt. Everest is high.", "A book by J. Smith is here.", "The U.S. Army left.",
        "At 5 p.m. EST we go.", "At 5 p.m. Monday we go.", "On Main St. near here.", "Acme Inc. Chairman Tom left.",
        "Use tools, e.g. Hammers.", "Dr. The Who.", "Martin Luther King Jr. Day is near."}) {
    EXPECT_THAT(sentences_of(text), SizeIs(1)) << text;
  }
  for (const auto* text :
       {"Take vitamin C. It helps.", "We met at 5 p.m. Tom was late.", "It is on Main St. The house is red.",
        "He lives in the U.S. It is big.", "She has a Ph.D. She is smart.", "We chose plan B. Tom left.",
        "It was made by Acme Inc. They sold it.", "It is so. \"He left.\""}) {
    EXPECT_THAT(sentences_of(text), SizeIs(2)) << text;
  }
}

TEST(Clauses, AreNotCutBehindAnArticleOrAPreposition) {
  const std::string text =
      "The man with the long grey coat and the very old brown hat walked slowly along the edge of the wide river that "
      "runs "
      "through the middle of the town in which all of his friends had lived for so many years without a single care at "
      "all";
  for (std::size_t limit = 30; limit < 160; limit += 7) {
    const auto parts = segment(text, {.max_chars = limit});
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto& part = parts[i].text;
      const auto last = part.substr(part.rfind(' ') + 1);
      for (const auto* open : {"the", "a", "of", "in", "with", "for", "and", "through"}) EXPECT_NE(last, open) << part;
    }
  }
}

TEST(Sentences, EndAtFullStopsQuestionAndExclamationMarks) {
  EXPECT_THAT(texts("One. Two? Three! Four"), ElementsAre("One.", "Two?", "Three!", "Four"));
  EXPECT_THAT(texts("It costs 3.14 dollars. \"Why?\" he asked. (Yes.) No."),
              ElementsAre("It costs 3.14 dollars.", "\"Why?\" he asked.", "(Yes.)", "No."));
}

TEST(Sentences, DoNotEndAtAbbreviationsAndInitials) {
  EXPECT_THAT(texts("Dr. Smith met Mr. Jones. They left."), ElementsAre("Dr. Smith met Mr. Jones.", "They left."));
  EXPECT_THAT(texts("J. K. Rowling wrote it. (A. Milne did not.)"),
              ElementsAre("J. K. Rowling wrote it.", "(A. Milne did not.)"));
  EXPECT_THAT(texts("Bring fruit, e.g. Pears. The U.S. Army came at 5 p.m. Tom left."),
              ElementsAre("Bring fruit, e.g. Pears.", "The U.S. Army came at 5 p.m.", "Tom left."));
  EXPECT_THAT(texts("See Fig. 2 and No. 5 There. No. Never. So did I. We went."),
              ElementsAre("See Fig. 2 and No. 5 There.", "No.", "Never.", "So did I.", "We went."));
}

TEST(Sentences, EndWithAParagraph) {
  EXPECT_THAT(texts("Chapter One\n\nIt rained, said Mr.\n\nSmith"),
              ElementsAre("Chapter One", "It rained, said Mr.", "Smith"));
}

TEST(Sentences, EndAtCjkPunctuationWithoutSpaces) {
  EXPECT_THAT(texts("\u4F60\u597D\u3002\u4E16\u754C\uFF1F\u597D\uFF01"),
              ElementsAre("\u4F60\u597D\u3002", "\u4E16\u754C\uFF1F", "\u597D\uFF01"));
}

TEST(Sentences, PauseAfterEachButTheLast) {
  const auto parts = segment("One. Two. ***", {.sentence_pause = 250ms});
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].pause_after, 250ms);
  EXPECT_EQ(parts[1].pause_after, 0ms) << "only signs follow";
  EXPECT_EQ(parts[2].pause_after, 0ms);
}

TEST(Clauses, CutsALongSentenceAtItsPunctuation) {
  EXPECT_THAT(texts("When the rain had stopped, we walked home slowly; nobody said a word", {.max_chars = 45}),
              ElementsAre("When the rain had stopped,", "we walked home slowly; nobody said a word"));
  EXPECT_THAT(texts("There was one thing left to do: open the door and look", {.max_chars = 40}),
              ElementsAre("There was one thing left to do:", "open the door and look"));
  EXPECT_THAT(texts("He waited by the old gate \u2014 nobody came to meet him", {.max_chars = 40}),
              ElementsAre("He waited by the old gate \u2014", "nobody came to meet him"));
}

TEST(Clauses, OnlyTheSentencesEndHasAPause) {
  const auto parts = segment("When the rain had stopped, we walked home slowly. Good.", {.max_chars = 30});
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].pause_after, 0ms);
  EXPECT_EQ(parts[1].pause_after, 100ms);
}

TEST(Clauses, PrefersAConjunctionToAnyWord) {
  EXPECT_THAT(texts("the dog ran over the green hill and the cat slept at home", {.max_chars = 40}),
              ElementsAre("the dog ran over the green hill", "and the cat slept at home"));
}

TEST(Clauses, DoesNotCutNumbersAndTimes) {
  const auto parts = texts("about 1,000,000 people at 10:30 and 2,500,000 at 11:45 by bus", {.max_chars = 24});
  for (const auto& part : parts) {
    EXPECT_FALSE(part.ends_with(',') || part.ends_with(':')) << part;
  }
}

TEST(Clauses, CutsTextWithoutSpacesBetweenGraphemes) {
  const std::string family = "\xF0\x9F\x91\xA9\u200D\xF0\x9F\x91\xA7";  // One grapheme of three code points.
  std::string text;
  for (int i = 0; i < 20; ++i) text += family;
  for (const auto& part : texts(text, {.max_chars = 16})) EXPECT_EQ(part.size() % family.size(), 0U);
}

TEST(Clauses, MeasuresIdeographsByTheTimeTheyTake) {
  EXPECT_EQ(spoken_length("ab 12"), 2U + 1U + 4U);
  EXPECT_EQ(spoken_length("\u4E16\u754C\u3002"), 3U + 3U + 1U);
}

TEST(Clauses, FasterSpeechHasLongerSegments) {
  std::string text = "word";
  for (int i = 0; i < 100; ++i) text += " word";
  const auto slow = segment(text, {.speed = 0.5}).size();
  const auto normal = segment(text, {}).size();
  const auto fast = segment(text, {.speed = 2}).size();
  EXPECT_GT(slow, normal);
  EXPECT_GT(normal, fast);
  EXPECT_EQ(segment(text, {.speed = 4}).size(), fast);
}

TEST(LongestAudio, IsHalfAsMuchAgainAsASegmentIsExpectedToTake) {
  const auto seconds = [](const Options& options) { return base::to_seconds(longest_audio(options)); };
  EXPECT_NEAR(seconds({}), 1.5 * 140 / 15, 0.01);
  EXPECT_NEAR(seconds({.speed = 0.5}), 10 / 0.5, 0.01) << "ten seconds' worth of letters at least";
  EXPECT_NEAR(seconds({.speed = 2}), (280 + 70) / 15.0 / 2, 0.01) << "a plan costs by its letters";
  EXPECT_NEAR(seconds({.speed = 4}), seconds({.speed = 2}), 0.01) << "where segments grow no further";
  EXPECT_NEAR(seconds({.max_chars = 16}), 10, 0.01);
  EXPECT_NEAR(seconds({.speed = -1}), seconds({.speed = 0.25}), 0.01);
}

TEST(Split, CutsNearTheMiddleAndKeepsThePause) {
  const Segment whole{.text = "One two three, four five six seven", .pause_after = 100ms};
  const auto halves = split(whole);
  ASSERT_TRUE(halves);
  EXPECT_EQ(halves->first, (Segment{.text = "One two three,"}));
  EXPECT_EQ(halves->second, (Segment{.text = "four five six seven", .pause_after = 100ms}));
}

TEST(Split, EndsAtOneCodePoint) {
  EXPECT_FALSE(split({.text = "a"}));
  EXPECT_FALSE(split({.text = "\u4E16"}));
  ASSERT_TRUE(split({.text = "ab"}));
  EXPECT_TRUE(split({.text = "e\u0316\u0317\u0318"})) << "a grapheme of several code points, as the last resort";
}

TEST(Segments, PartAtASpaceThatCarriesMarks) {
  std::string marks;
  for (int i = 0; i < 15; ++i) marks += "\u0323";
  EXPECT_THAT(texts("aaaaaaaaaaaaaaaa " + marks, {.max_chars = 16}), ElementsAre("aaaaaaaaaaaaaaaa", marks));
}

TEST(Segments, AreBoundedCompleteAndDeterministic) {
  std::mt19937 random(20);
  for (int round = 0; round < 300; ++round) {
    const auto text = normalise(random_text(random, 120, {"\u0E2A\u0E27\u0E31\u0E2A\u0E14\u0E35", "-"}));
    ASSERT_TRUE(text);
    const Options options{.max_chars = 16 + random() % 150};
    const auto parts = segment(*text, options);
    EXPECT_EQ(parts, segment(*text, options));
    std::string joined;
    for (const auto& part : parts) {
      EXPECT_FALSE(part.text.empty());
      EXPECT_LE(spoken_length(part.text), options.max_chars) << part.text;
      EXPECT_FALSE(part.text.starts_with(' ') || part.text.ends_with(' ')) << '[' << part.text << ']';
      EXPECT_EQ(part.text.find('\n'), std::string::npos) << part.text;
      joined += part.text;
    }
    EXPECT_EQ(without_spaces(joined), without_spaces(*text));
  }
}

}  // namespace
}  // namespace antiphon::text
