#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/hibari/characters.h"
#include "engine/hibari/lexicon.h"
#include "engine/hibari/number_words.h"
#include "engine/hibari/stress.h"
#include "engine/hibari/subtokens.h"
#include "engine/hibari/tagger.h"
#include "engine/hibari/tokenizer.h"

namespace antiphon::engine::hibari {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Table table_of(std::string text) {
  auto table = Table::parse(std::move(text));
  EXPECT_TRUE(table) << table.error();
  return std::move(*table);
}

std::vector<std::string> texts_of(const std::vector<Token>& tokens) {
  std::vector<std::string> texts;
  for (const auto& token : tokens) texts.push_back(to_utf8(token.text) + (token.space ? "_" : ""));
  return texts;
}

std::vector<std::string> cut(std::string_view text) {
  static const Tokenizer tokenizer(table_of("Mr.\tMr.\nU.S.\tU.S.\ncan't\tca\tn't\n"));
  return texts_of(tokenizer.cut(to_utf32(text)));
}

TEST(Tokenizer, PeelsMarksOffBothEnds) {
  EXPECT_THAT(cut("\"Hello,\" she (softly) said..."),
              ElementsAre("\"", "Hello", ",", "\"_", "she_", "(", "softly", ")_", "said", "..."));
  EXPECT_THAT(cut("It costs $5km 20% of US$3."),
              ElementsAre("It_", "costs_", "$", "5", "km_", "20", "%_", "of_", "US$", "3", "."));
}

TEST(Tokenizer, KnowsSpecialTextsBetweenMarks) {
  EXPECT_THAT(cut("Mr. X can't (can't) say."),
              ElementsAre("Mr._", "X_", "ca", "n't_", "(", "ca", "n't", ")_", "say", "."));
  EXPECT_THAT(cut("the dog's U.S."), ElementsAre("the_", "dog", "'s_", "U.S."));
}

TEST(Tokenizer, CutsWithinWords) {
  EXPECT_THAT(cut("well-known and/or one--two a.B 3-4"), ElementsAre("well", "-", "known_", "and", "/", "or_", "one",
                                                                     "--", "two_", "a", ".", "B_", "3", "-", "4"));
}

TEST(Tokenizer, TokensLieWhereTheirTextIs) {
  static const Tokenizer tokenizer(table_of("can't\tca\tn't\n"));
  const auto text = to_utf32("  \u201CI can't,\u201D he said. ");
  for (const auto& token : tokenizer.cut(text)) {
    EXPECT_EQ(text.substr(token.begin, token.end - token.begin), token.text);
  }
  EXPECT_THAT(tokenizer.cut(U" \n "), IsEmpty());
}

TEST(Subtokens, AreWordsNumbersAndMarks) {
  const auto parts = [](std::string_view text) {
    std::vector<std::string> result;
    for (const auto& part : subtokens_of(to_utf32(text))) result.push_back(to_utf8(part));
    return result;
  };
  EXPECT_THAT(parts("iPhone"), ElementsAre("i", "Phone"));
  EXPECT_THAT(parts("NASA"), ElementsAre("NASA"));
  EXPECT_THAT(parts("AMac"), ElementsAre("A", "Mac"));
  EXPECT_THAT(parts("don't"), ElementsAre("don't"));
  EXPECT_THAT(parts("-1,234.5kg"), ElementsAre("-1,234.5", "kg"));
  EXPECT_THAT(parts("a--b_c"), ElementsAre("a", "--", "b", "_", "c"));
  EXPECT_THAT(parts("'tis''"), ElementsAre("'", "tis", "''"));
  EXPECT_THAT(parts(""), IsEmpty());
}

TEST(Stress, IsChangedAsAsked) {
  EXPECT_EQ(with_stress(U"h\u0259l\u02C8O", Stress::kNone), U"h\u0259lO");
  EXPECT_EQ(with_stress(U"h\u02CC\u0259l\u02C8O", Stress::kLowered), U"h\u0259l\u02CCO");
  EXPECT_EQ(with_stress(U"\u00F0\u0259", Stress::kLowered), U"\u00F0\u0259");
  EXPECT_EQ(with_stress(U"\u00F0\u0259", Stress::kLevelled), U"\u00F0\u02CC\u0259");
  EXPECT_EQ(with_stress(U"\u00F0\u0259", Stress::kSecondary), U"\u00F0\u02CC\u0259");
  EXPECT_EQ(with_stress(U"h\u02C8O", Stress::kSecondary), U"h\u02C8O");
  EXPECT_EQ(with_stress(U"h\u02CCO", Stress::kRaised), U"h\u02C8O");
  EXPECT_EQ(with_stress(U"hO", Stress::kRaised), U"h\u02C8O");
  EXPECT_EQ(with_stress(U"hm", Stress::kRaised), U"hm");
  EXPECT_EQ(weight_of(U"O\u02A7t"), 5);
}

TEST(NumberWords, AreThoseOfEnglish) {
  EXPECT_THAT(cardinal(0), ElementsAre("zero"));
  EXPECT_THAT(cardinal(21), ElementsAre("twenty", "one"));
  EXPECT_THAT(cardinal(1'000), ElementsAre("one", "thousand"));
  EXPECT_THAT(cardinal(2'000'305), ElementsAre("two", "million", "three", "hundred", "five"));
  EXPECT_EQ(cardinal(kNumbersEnd - 1).front(), "nine");
  EXPECT_THAT(ordinal(23), ElementsAre("twenty", "third"));
  EXPECT_THAT(ordinal(40), ElementsAre("fortieth"));
  EXPECT_THAT(ordinal(100), ElementsAre("one", "hundredth"));
  EXPECT_THAT(year(1905), ElementsAre("nineteen", "oh", "five"));
  EXPECT_THAT(year(2005), ElementsAre("two", "thousand", "five"));
  EXPECT_THAT(year(2019), ElementsAre("twenty", "nineteen"));
  EXPECT_THAT(year(1900), ElementsAre("nineteen", "hundred"));
}

Lexicon lexicon() {
  return Lexicon(
      {.words = table_of(
           "A\t\u02C8A\nB\tb\u02C8i\nBerlin\tb\u0259\u0279l\u02C8\u026An\nS\t\u02C8\u025Bs\nU\tj\u02C8u\n"
           "am\t\u00E6m\nand\t\u00E6nd\ncent\ts\u02C8\u025Bnt\ndollar\td\u02C8\u0251l\u0259\u0279\n"
           "five\tf\u02C8Iv\nhit\th\u02C8\u026At\nhundred\th\u02C8\u028Cnd\u0279\u0259d\nlive\tDEFAULT="
           "l\u02C8\u026Av\tADJ=l\u02C8Iv\n"
           "make\tm\u02C8Ak\nminus\tm\u02C8In\u0259s\none\tw\u02C8\u028Cn\npoint\tp\u02C8Ynt\npony\tp\u02C8Oni\n"
           "three\t\u03B8\u0279\u02C8i\nto\tDEFAULT=tu\tNone=tu\ntwo\tt\u02C8u\n"),
       .more_words = table_of("zebra\tz\u02C8ib\u0279\u0259\n")});
}

std::string read(std::string_view word, std::string tag = "NN", Context context = {}) {
  static const Lexicon words = lexicon();
  const Token token = {.text = to_utf32(word), .tag = std::move(tag)};
  const auto phonemes = words.read(token, context);
  return phonemes ? to_utf8(*phonemes) : "?";
}

TEST(Lexicon, ReadsWordsOfBothListsInAnyCase) {
  EXPECT_EQ(read("zebra"), "z\u02C8ib\u0279\u0259");
  EXPECT_EQ(read("Zebra"), "z\u02C8ib\u0279\u0259");
  EXPECT_EQ(read("berlin"), "b\u0259\u0279l\u02C8\u026An");
  EXPECT_EQ(read("quagga"), "?");
}

TEST(Lexicon, InflectsWhatItKnows) {
  EXPECT_EQ(read("zebras"), "z\u02C8ib\u0279\u0259z");
  EXPECT_EQ(read("ponies"), "p\u02C8Oniz");
  EXPECT_EQ(read("hits"), "h\u02C8\u026Ats");
  EXPECT_EQ(read("making", "VBG"), "m\u02C8Ak\u026A\u014B");
  EXPECT_EQ(read("hitting", "VBG"), "h\u02C8\u026A\u027E\u026A\u014B");
}

TEST(Lexicon, DistinguishesPartsOfSpeech) {
  EXPECT_EQ(read("live", "VB"), "l\u02C8\u026Av");
  EXPECT_EQ(read("live", "JJ"), "l\u02C8Iv");
  EXPECT_EQ(read("a", "DT"), "\u0250");
  EXPECT_EQ(read("the", "DT", {.vowel = true}), "\u00F0i");
  EXPECT_EQ(read("the", "DT", {.vowel = false}), "\u00F0\u0259");
  EXPECT_EQ(read("to", "TO", {.vowel = false}), "t\u0259");
  EXPECT_EQ(read("to", "TO"), "tu");
}

TEST(Lexicon, SpellsWhatHasNoSound) {
  EXPECT_EQ(read("U.S.", "NNP"), "j\u02CCu\u02C8\u025Bs");
  EXPECT_EQ(read("ABS", "NNP"), "\u02CCAb\u02CCi\u02C8\u025Bs");
}

TEST(Lexicon, ReadsNumbers) {
  static const Lexicon words = lexicon();
  const auto number = [](std::string_view text, char32_t currency = 0, bool begins = true) {
    const auto characters = to_utf32(text);
    const auto phonemes = words.read_number({.text = characters, .currency = currency, .begins = begins});
    return phonemes ? to_utf8(*phonemes) : "?";
  };
  EXPECT_EQ(number("3"), "\u03B8\u0279\u02C8i");
  EXPECT_EQ(number("-3.50"), "m\u02C8In\u0259s \u03B8\u0279\u02C8i pYnt f\u02C8Iv");
  EXPECT_EQ(number("3.05", U'$'),
            "\u03B8\u0279\u02C8i d\u02C8\u0251l\u0259\u0279z \u00E6nd f\u02C8Iv s\u02C8\u025Bnts");
  EXPECT_EQ(number("1.00", U'$'), "w\u02C8\u028Cn d\u02C8\u0251l\u0259\u0279");
  EXPECT_EQ(number("123", 0, false), "w\u02C8\u028Cn  \u03B8\u0279\u02C8i");  // The list has no "twenty".
  EXPECT_EQ(number("2s"), "t\u02C8uz");
  EXPECT_EQ(number("abc"), "?");
  EXPECT_NE(number(std::string(300, '3')), "?");
  EXPECT_TRUE(is_number(U"1,000th", true));
  EXPECT_FALSE(is_number(U"-3", false));
  EXPECT_FALSE(is_number(U"x3", true));
}

TEST(Tagger, FollowsItsWeights) {
  const Tagger tagger({.names = {"DT", "NN", "VB"},
                       .sure = table_of("the\tDT\n"),
                       .known = table_of("run\t\n"),
                       .weights = table_of("t-1=DT\t1 50\nw=run\t2 30\n")});
  const auto tags = [&](std::string_view text) {
    auto tokens = Tokenizer(table_of("")).cut(to_utf32(text));
    tagger.tag(tokens);
    std::vector<std::string> result;
    for (const auto& token : tokens) result.push_back(token.tag);
    return result;
  };
  EXPECT_THAT(tags("the run"), ElementsAre("DT", "NN"));
  EXPECT_THAT(tags("run the quagga"), ElementsAre("VB", "DT", "NN"));
}

}  // namespace
}  // namespace antiphon::engine::hibari
