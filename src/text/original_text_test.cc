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

}  // namespace
}  // namespace antiphon::text
