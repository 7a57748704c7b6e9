#include "text/piece_joiner.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace antiphon::text {
namespace {

std::string joined(std::initializer_list<std::string_view> pieces) {
  PieceJoiner joiner;
  std::string text;
  for (const auto piece : pieces) text += joiner.join(piece);
  return text;
}

TEST(PieceJoiner, ACapitalBeginsAWord) {
  EXPECT_EQ(joined({"Thank you for calling.", "Let me check."}), "Thank you for calling. Let me check.");
  EXPECT_EQ(joined({"Is it so?", "\u201CYes,\u201D", "She said"}), "Is it so? \u201CYes,\u201D She said");
  EXPECT_EQ(joined({"in the USA", "Then 5", "More"}), "in the USA Then 5 More");
  EXPECT_EQ(joined({"hello", "World"}), "hello World");
}

TEST(PieceJoiner, WhatIsCutWithinAWordStaysWhole) {
  EXPECT_EQ(joined({"Good mor", "ning. The n", "ext"}), "Good morning. The next");
  EXPECT_EQ(joined({"N", "ASA and 4", "K and $3", ".", "50"}), "NASA and 4K and $3.50");
  EXPECT_EQ(joined({"the U.", "S. and O\u2019", "Brien, Jean-", "Paul (", "Sartre"}),
            "the U.S. and O\u2019Brien, Jean-Paul (Sartre");
  EXPECT_EQ(joined({"see example.", "com"}), "see example.com");
  EXPECT_EQ(joined({"he said \"", "Let me"}), "he said \"Let me");
}

TEST(PieceJoiner, TextWithItsSpacesStaysAsItIsHoweverItIsCut) {
  const std::string text =
      "Dr. Smith's tablet costs $3.50. \"Really?\" asked the U.S. envoy (from NASA), and left at 8:30.";
  for (std::size_t size = 1; size < 30; ++size) {
    PieceJoiner joiner;
    std::string whole;
    for (std::size_t at = 0; at < text.size(); at += size)
      whole += joiner.join(std::string_view(text).substr(at, size));
    EXPECT_EQ(whole, text) << size;
  }
}

TEST(PieceJoiner, CapitalsWithinAWordStayThereForAClientThatSendsItsSpaces) {
  EXPECT_EQ(joined({"I watch", " You", "Tube", " with Mr. Mc", "Donald", " on my i", "Phone", "."}),
            "I watch YouTube with Mr. McDonald on my iPhone.");
}

TEST(PieceJoiner, AClientThatStripsItsSpacesGetsThemAllBack) {
  EXPECT_EQ(joined({"Thank you.", "Let me check", "the map,", "and then", "we don", "'t", "pay 3.", "50"}),
            "Thank you. Let me check the map, and then we don't pay 3.50");
  EXPECT_EQ(joined({"Thank you.", "Let me check ", "the map, wi", "th me"}), "Thank you. Let me check the map, with me")
      << "one that sends spaces does not strip them";
}

TEST(PieceJoiner, BlankPiecesPartWordsAndProveNothing) {
  EXPECT_EQ(joined({" ", "Thank you.", "Let us", " ", "go", "now"}), " Thank you. Let us go now");
  EXPECT_EQ(joined({"", "a", "", "b"}), "ab");
}

}  // namespace
}  // namespace antiphon::text
