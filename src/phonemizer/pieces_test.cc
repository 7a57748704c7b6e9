#include "phonemizer/pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "phonemizer/hostile_text.h"

namespace antiphon::phonemizer {
namespace {

using testing::ElementsAre;

std::string repeated(std::string_view unit, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += unit;
  return out;
}

std::size_t longest(std::string_view text) {
  std::size_t most = 0;
  for (const auto piece : pieces(text)) most = std::max(most, piece.size());
  return most;
}

TEST(Pieces, LeaveOrdinaryTextWhole) {
  for (const std::string_view text :
       {"", "Hello there.", "pneumonoultramicroscopicsilicovolcanoconiosis",
        "Rindfleischetikettierungs\u00FCberwachungsaufgaben\u00FCbertragungsgesetz",
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
        "See https://www.example.com/a/rather/long/path-with-many-words/and?a=query&more=of-it#and-an-anchor for it.",
        "The U.S.A., the U.K. and the E.U. met at 3.14 p.m.; a b c d e f g h i j k l m n o p q r s t u v w x y z."}) {
    EXPECT_THAT(pieces(text), ElementsAre(text));
  }
  const auto sentence = repeated("The quick brown fox jumps over the lazy dog and runs away, ", 40);
  EXPECT_EQ(pieces(sentence).size(), 1U) << "its clauses are short";
}

TEST(Pieces, CutWordsThatAreTooLong) {
  for (const std::string_view unit : {"'s", "anti", "edly", "unanti", "\u2019s", "s.s,", "n?t"}) {
    EXPECT_LE(longest(repeated(unit, 200)), PieceBounds::kWordBytes) << unit;
  }
  EXPECT_LE(longest(repeated("\u0928", 400)), PieceBounds::kWordBytes);
  EXPECT_LE(longest("a" + repeated("\u0301", 4000)), PieceBounds::kWordBytes) << "marks do not stay for ever";
}

TEST(Pieces, CutClausesThatAreTooLong) {
  EXPECT_LE(longest(repeated(".s", 400)), 2 * PieceBounds::kSingleLetters + 2);
  EXPECT_LE(longest(repeated("s. ", 400)), 3 * PieceBounds::kSingleLetters + 3);
  EXPECT_LE(longest(repeated("\u0322.", 400)), 3 * PieceBounds::kSingleLetters + 3);
  EXPECT_LE(longest(repeated("hello ", 400)), PieceBounds::kClauseBytes);
  EXPECT_LE(longest(repeated("/", 4000)), PieceBounds::kClauseWords + 1);
}

TEST(Pieces, CutClausesBetweenWords) {
  for (const auto piece : pieces(repeated("hello ", 400))) EXPECT_TRUE(piece.ends_with("hello ")) << piece;
}

TEST(Pieces, AreTogetherTheWholeText) {
  for (std::uint64_t number = 0; number < 300; ++number) {
    const auto text = hostile_text(number).text;
    std::string together;
    for (const auto piece : pieces(text)) {
      EXPECT_TRUE(!piece.empty() || text.empty());
      together += piece;
    }
    EXPECT_EQ(together, text);
  }
}

TEST(UnsafeSigns, BecomeSpaces) {
  EXPECT_EQ(without_unsafe_signs("so \u28FF.", Pictographs::kNamed), "so    .");
  EXPECT_EQ(without_unsafe_signs("\U0001F94C x\u00A9", Pictographs::kSilent), "     x  ");
  for (const std::string_view text : {"5 \u00B0C \u2211 \u20AC \u4F60", "\u2013 \u00A3"}) {
    EXPECT_EQ(without_unsafe_signs(text, Pictographs::kSilent), text);
  }
  EXPECT_EQ(without_unsafe_signs("\U0001F94C", Pictographs::kNamed), "\U0001F94C");
}

TEST(LooseHyphens, BecomeSpaces) {
  EXPECT_EQ(without_loose_hyphens("\"-a"), "\" a");
  EXPECT_EQ(without_loose_hyphens("(-\u0928"), "( \u0928");
  EXPECT_EQ(without_loose_hyphens("\uB155-\u092E"), "\uB155 \u092E");
  EXPECT_EQ(without_loose_hyphens(".-\u0BBB"), ". \u0BBB") << "which is no character";
  EXPECT_EQ(without_loose_hyphens("\uFF14-s"), "\uFF14 s");
  EXPECT_EQ(without_loose_hyphens("---a"), "-- a");
  EXPECT_EQ(without_loose_hyphens("_-\u0301a"), "_ \u0301a");
  EXPECT_EQ(without_loose_hyphens("i-\u0301-a"), "i-\u0301 a") << "a mark on a hyphen is no word";
}

TEST(LooseHyphens, OfIndiaStayInAVoiceOfIndia) {
  const std::string_view slowly = "\u0927\u0940\u0930\u0947-\u0927\u0940\u0930\u0947";
  EXPECT_EQ(without_loose_hyphens(slowly, Indian::kOwn), slowly);
  EXPECT_EQ(without_loose_hyphens("s\u0937-\u090F"), "s\u0937 \u090F");
  EXPECT_EQ(without_loose_hyphens("\uB155-\u092E", Indian::kOwn), "\uB155 \u092E");
}

TEST(LooseHyphens, LeaveTheOthers) {
  for (const std::string_view text :
       {"well-known", "(-5)", "a - b", "-a", "x -y", "a--b", "\"--a", "3-fold", "", "-"}) {
    EXPECT_EQ(without_loose_hyphens(text), text);
  }
}

}  // namespace
}  // namespace antiphon::phonemizer
