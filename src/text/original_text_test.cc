#include "text/original_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "text/test_text.h"
#include "text/text.h"
#include "text/utterance.h"

namespace antiphon::text {
namespace {

using testing::ElementsAre;

/// The pieces of a text that is there as a whole, one for each segment.
std::vector<std::string> pieces_of(const std::string& text) {
  OriginalText original;
  original.append(text);
  original.finish();
  std::vector<std::string> pieces;
  for (Utterance utterance(normalise(text).value(), {}); !utterance.finished(); utterance.accepted()) {
    pieces.push_back(original.take(utterance.next()->text).text);
  }
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return text;
}

TEST(OriginalText, IsWhatWasWrittenCharacterForCharacter) {
  for (const std::string text :
       {"Cafe\u0301s  cost\n\n$3.50", "  Hello.\t\tYou there? \n", "a\u200Bb\x01 c. \U0001F642 ...",
        "\uFEFFOne.\r\nTwo.", "\u1100\u1161\u11A8 \uAC01. e\u200B\u0301!",
        "Wait \u2014 no\u2026 It\u2019s \u201Cso\u201D."}) {
    EXPECT_EQ(joined(pieces_of(text)), text);
  }
}

TEST(OriginalText, EachPieceIsThatOfItsSegment) {
  EXPECT_THAT(pieces_of(" One  is.\n\nTwo. "), ElementsAre(" One  is.\n\n", "Two. "));
}

TEST(OriginalText, KnowsThePlaceOfEachByteOfTheSegment) {
  OriginalText original;
  original.append(" e\u0301  b \n");
  const auto piece = original.take("\u00E9 b");
  EXPECT_EQ(piece.text, " e\u0301  b \n");
  EXPECT_THAT(piece.places, ElementsAre(1, 1, 4, 6, 7));
}

TEST(OriginalText, ASpaceThatNobodyWroteIsReadAndInNoPiece) {
  OriginalText original;
  original.append("See https://a.example/b");
  original.append_gap();
  original.append("Then go.");
  original.append_gap();
  original.read_by({});
  original.finish();
  const auto piece = original.take("See a.example Then go.");
  EXPECT_EQ(piece.text, "See https://a.example/bThen go.") << "the address swallows nothing of the next message";
  EXPECT_EQ(piece.places[14], 23U);
  EXPECT_EQ(piece.places.back(), piece.text.size());
  EXPECT_TRUE(original.spent());
  original.append_gap();
  EXPECT_TRUE(original.spent());
  EXPECT_EQ(original.take_rest(), "");
}

TEST(OriginalText, WhiteSpaceThatComesLateBelongsToTheNextPiece) {
  OriginalText original;
  original.append("One.");
  EXPECT_EQ(original.take("One.").text, "One.");
  original.append("  Two.");
  EXPECT_EQ(original.take("Two.").text, "  Two.");
}

TEST(OriginalText, WhiteSpaceBetweenPiecesIsNotCompared) {
  OriginalText original;
  original.append("calling.Let me");
  EXPECT_EQ(original.take("calling.").text, "calling.");
  EXPECT_EQ(original.take("Let me").text, "Let me");
}

TEST(OriginalText, WhatNoSegmentHasGoesWithTheNextOne) {
  OriginalText original;
  original.append("Wait. <break time='1s'/> Go on.");
  EXPECT_EQ(original.take("Wait.").text, "Wait. ");
  const auto piece = original.take("Go on.");
  EXPECT_EQ(piece.text, "<break time='1s'/> Go on.");
  EXPECT_EQ(piece.places.front(), 19U);
}

TEST(OriginalText, WhatAFlushDecidedIsToldOnce) {
  for (const std::string first : {"Hello!", "See www.example.com", "A `code", "It is *fine"}) {
    const Options options;
    Utterance utterance(options);
    OriginalText original;
    original.read_by(options);
    original.append(first);
    ASSERT_TRUE(utterance.append(first));
    utterance.flush();
    ASSERT_NE(utterance.next(), nullptr);
    EXPECT_EQ(original.take(utterance.next()->text).text, first);
    utterance.accepted();
    original.append(" And more.");
    ASSERT_TRUE(utterance.append(" And more."));
    utterance.finish();
    original.finish();
    ASSERT_NE(utterance.next(), nullptr);
    EXPECT_EQ(original.take(utterance.next()->text).text, " And more.");
  }
}

TEST(OriginalText, PrivateSignsOfATextThatIsReadAsItIsWrittenAreInItsPieces) {
  OriginalText original;
  const std::string text = "One\U000F0064 two";
  original.append(text);
  original.finish();
  EXPECT_EQ(original.take(prepare(text, {.normalise = Normalise::kOff}).value()).text, text);
}

TEST(OriginalText, ASegmentThatWasNeverWrittenTakesNothing) {
  OriginalText original;
  original.append("Some words. More.");
  EXPECT_EQ(original.take("Quite another thing").text, "");
  EXPECT_EQ(original.take("Some words.").text, "Some words. ");
}

TEST(OriginalText, KeepsNoMoreThanItsBound) {
  OriginalText original;
  original.append(std::string(OriginalText::kMostBytes - 1, ' '));
  original.append("\u00E9");
  original.append("a");
  EXPECT_EQ(original.take("a").text.size(), OriginalText::kMostBytes);
}

TEST(OriginalText, IsFoundWhateverTheTextAndItsCuts) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const auto text = random_text(random, 60, {"\u200B", "\x02", "\u00A0", "e\u200B\u0301"});
    OriginalText original;
    original.append(text);
    original.finish();
    Utterance utterance(normalise(text).value(), {.max_chars = 40});
    std::string written;
    while (!utterance.finished()) {
      const auto& segment = utterance.next()->text;
      const auto piece = original.take(segment);
      EXPECT_TRUE(std::ranges::is_sorted(piece.places));
      EXPECT_LE(piece.places.back(), piece.text.size());
      if (speakable(segment)) {
        EXPECT_TRUE(normalise(piece.text).value().starts_with(segment)) << segment;
      }
      written += piece.text;
      utterance.accepted();
    }
    if (!written.empty()) {
      EXPECT_EQ(written, text);
    }
  }
}

/// What was written for each segment of a text whose markup is read, and where its words lie in that.
struct Mapped {
  std::string segment;
  std::string written;
  std::vector<std::uint32_t> places;
};

std::vector<Mapped> mapped(const std::string& text) {
  const Options options;
  OriginalText original;
  original.append(text);
  original.read_by(options);
  original.finish();
  std::vector<Mapped> out;
  for (Utterance utterance(prepare(text, options).value(), options); !utterance.finished(); utterance.accepted()) {
    auto piece = original.take(utterance.next()->text);
    out.push_back({.segment = utterance.next()->text, .written = piece.text, .places = piece.places});
  }
  return out;
}

TEST(OriginalText, KnowsWhereTheWordsOfMarkupWereWritten) {
  const auto pieces = mapped("## Set **up**\n\nSee [the guide](https://a.example) &amp; \u2163.");
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].segment, "Set up");
  EXPECT_EQ(pieces[0].written, "## Set **up**\n\n");
  EXPECT_THAT(pieces[0].places, ElementsAre(3, 4, 5, 6, 9, 10, 11)) << "the end lies before the signs behind it";
  EXPECT_EQ(pieces[1].segment, "See the guide & IV.");
  EXPECT_EQ(pieces[1].written, "See [the guide](https://a.example) &amp; \u2163.");
  EXPECT_EQ(pieces[1].places[4], 5U) << "the label";
  EXPECT_EQ(pieces[1].places[14], 35U) << "the entity";
  EXPECT_EQ(pieces[1].places[16], 41U) << "the numeral's sign";
}

TEST(OriginalText, PausesAndLeftOutSignsBelongToTheSegmentBefore) {
  const auto pieces = mapped("One. <break time=\"1s\"/> Two \U0001F44D");
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].written, "One. <break time=\"1s\"/> ");
  EXPECT_EQ(pieces[1].written, "Two \U0001F44D");
}

TEST(OriginalText, WhatMayBeMarkupIsInAPieceWhereTheTextWasFlushed) {
  OriginalText original;
  original.read_by({});
  original.append("Please wait!");
  EXPECT_EQ(original.take("Please wait!").text, "Please wait!");
  original.append("See [the");
  EXPECT_EQ(original.take("See").text, "See ");
  EXPECT_EQ(original.take("[the").text, "[the");
}

TEST(OriginalText, WhatWasWrittenIsWholeWhateverItsMarkup) {
  std::mt19937 random(5);
  for (int round = 0; round < 400; ++round) {
    const auto text = random_text(random, 50, markup_pieces());
    std::string written;
    for (const auto& piece : mapped(text)) {
      ASSERT_TRUE(std::ranges::is_sorted(piece.places)) << text;
      ASSERT_LE(piece.places.back(), piece.written.size()) << text;
      ASSERT_EQ(piece.places.size(), piece.segment.size() + 1);
      written += piece.written;
    }
    EXPECT_TRUE(text.starts_with(written)) << text;
  }
}

}  // namespace
}  // namespace antiphon::text
