#include "text/growing_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "text/test_text.h"

namespace antiphon::text {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<Segment>& segments) {
  std::vector<std::string> out;
  for (const auto& segment : segments) out.push_back(segment.text);
  return out;
}

class GrowingTextTest : public testing::Test {
 protected:
  /// What `piece` completes.
  std::vector<std::string> add(std::string_view piece) {
    std::vector<Segment> out;
    EXPECT_TRUE(growing_.append(piece, out));
    return texts(out);
  }
  std::vector<Segment> flush() {
    std::vector<Segment> out;
    growing_.flush(out);
    return out;
  }
  std::vector<Segment> finish() {
    std::vector<Segment> out;
    growing_.finish(out);
    return out;
  }

  GrowingText growing_{Options{}};
};

TEST_F(GrowingTextTest, ASentenceIsCompleteWhenTheNextOneBegins) {
  EXPECT_THAT(add("It rai"), IsEmpty());
  EXPECT_THAT(add("ned. "), IsEmpty()) << "an abbreviation would go on";
  EXPECT_THAT(add("\""), IsEmpty());
  EXPECT_THAT(add("T"), ElementsAre("It rained."));
  EXPECT_THAT(add("hen it stopped."), IsEmpty());
  EXPECT_EQ(finish(), (std::vector<Segment>{{.text = "\"Then it stopped."}}));
}

TEST_F(GrowingTextTest, AbbreviationsAndNumbersEndNothing) {
  EXPECT_THAT(add("Mr. Jones paid 3.14 dollars for No. 5 there. Good"),
              ElementsAre("Mr. Jones paid 3.14 dollars for No. 5 there."));
}

TEST_F(GrowingTextTest, TheFirstSegmentIsAClauseThatIsLongEnough) {
  EXPECT_THAT(add("Well, after a long day at work, i"), ElementsAre("Well, after a long day at work,"));
  EXPECT_THAT(add("t was time to go home and sleep, he"), IsEmpty()) << "only the first";
  EXPECT_THAT(texts(finish()), ElementsAre("it was time to go home and sleep, he"));
}

TEST_F(GrowingTextTest, AParagraphEndsASentence) {
  EXPECT_THAT(add("Chapter One\n\nIt"), ElementsAre("Chapter One"));
  EXPECT_THAT(add("ems:\n- a"), ElementsAre("Items:"));
}

TEST_F(GrowingTextTest, AnAbbreviationWaitsForTheNextWord) {
  EXPECT_THAT(add("Take vitamin C. I"), IsEmpty()) << "a name may begin so";
  EXPECT_THAT(add("t"), IsEmpty());
  EXPECT_THAT(add(" helps. James T. Ki"), ElementsAre("Take vitamin C.", "It helps."));
  EXPECT_THAT(add("rk left. N"), ElementsAre("James T. Kirk left."));
}

TEST_F(GrowingTextTest, CjkSentencesEndWithoutSpaces) {
  EXPECT_THAT(add("\u4F60\u597D\u3002"), IsEmpty());
  EXPECT_THAT(add("\u4E16\u754C\uFF1F\u597D"), ElementsAre("\u4F60\u597D\u3002", "\u4E16\u754C\uFF1F"));
}

TEST_F(GrowingTextTest, WhatGrowsTooLongIsCutBeforeItsEndIsKnown) {
  std::vector<std::string> out;
  for (int i = 0; i < 100; ++i) {
    for (auto& part : add("word" + std::to_string(i % 10) + " ")) out.push_back(std::move(part));
    EXPECT_LE(growing_.pending(), Options{}.max_chars * 5 / 4 + 8);
  }
  EXPECT_GT(out.size(), 3U);
  for (const auto& part : out) EXPECT_LE(spoken_length(part), Options{}.max_chars);
}

TEST_F(GrowingTextTest, PausesFollowSentencesButNotTheLast) {
  std::vector<Segment> out;
  ASSERT_TRUE(growing_.append("One. Two", out));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].pause_after, 100ms);
  EXPECT_EQ(finish().front().pause_after, 0ms);
}

TEST_F(GrowingTextTest, AFlushSpeaksWhatIsThere) {
  EXPECT_THAT(add("Half a sen"), IsEmpty());
  EXPECT_EQ(flush(), (std::vector<Segment>{{.text = "Half a sen"}})) << "no pause within a sentence";
  EXPECT_THAT(add("tence is this. "), IsEmpty());
  EXPECT_EQ(flush(), (std::vector<Segment>{{.text = "tence is this.", .pause_after = 100ms}}));
  EXPECT_THAT(flush(), IsEmpty());
  EXPECT_EQ(growing_.pending(), 0U);
}

/// What a pause of the writer lets be spoken after each of `pieces`, and, last, what is left.
std::vector<std::vector<std::string>> spoken_in_pauses(const std::vector<std::string>& pieces) {
  GrowingText growing(Options{});
  std::vector<std::vector<std::string>> spoken;
  for (const auto& piece : pieces) {
    std::vector<Segment> out;
    EXPECT_TRUE(growing.append(piece, out));
    growing.flush(out, Flush::kWords);
    spoken.push_back(texts(out));
  }
  std::vector<Segment> rest;
  growing.finish(rest);
  spoken.push_back(texts(rest));
  return spoken;
}

using Spoken = std::vector<std::vector<std::string>>;

TEST(GrowingText, APauseCutsNoNumber) {
  EXPECT_EQ(spoken_in_pauses({"It is $3", ".", "50", " now"}), (Spoken{{"It is"}, {}, {}, {"$3.50"}, {"now"}}));
  EXPECT_EQ(spoken_in_pauses({"1,", "000"}), (Spoken{{}, {}, {"1,000"}}));
  EXPECT_EQ(spoken_in_pauses({"At 8:", "30 sharp."}), (Spoken{{"At"}, {"8:30 sharp."}, {}}));
  EXPECT_EQ(spoken_in_pauses({"\uFF19\uFF1A", "\uFF13\uFF10"}), (Spoken{{}, {}, {"\uFF19\uFF1A\uFF13\uFF10"}}));
}

TEST(GrowingText, APauseCutsNoWord) {
  EXPECT_EQ(spoken_in_pauses({"Good mor", "ning", "."}), (Spoken{{"Good"}, {}, {"morning."}, {}}));
  EXPECT_EQ(spoken_in_pauses({"Don", "'", "t"}), (Spoken{{}, {}, {}, {"Don't"}}));
  EXPECT_EQ(spoken_in_pauses({"The U.", "S.", "A. won"}), (Spoken{{"The"}, {}, {"U.S.A."}, {"won"}}));
  EXPECT_EQ(spoken_in_pauses({"A well-", "known fact "}), (Spoken{{"A"}, {"well-known fact"}, {}}));
  EXPECT_EQ(spoken_in_pauses({"caf\u00E9", "s "}), (Spoken{{}, {"caf\u00E9s"}, {}}));
}

TEST(GrowingText, APauseSpeaksWhatIsComplete) {
  EXPECT_EQ(spoken_in_pauses({"half a sentence "}), (Spoken{{"half a sentence"}, {}}));
  EXPECT_EQ(spoken_in_pauses({"Hello world.", "Next"}), (Spoken{{"Hello world."}, {}, {"Next"}}));
  EXPECT_EQ(spoken_in_pauses({"He said (very softly)!\u201D"}), (Spoken{{"He said (very softly)!\u201D"}, {}}));
  EXPECT_EQ(spoken_in_pauses({"Wait..."}), (Spoken{{"Wait..."}, {}}));
  EXPECT_EQ(spoken_in_pauses({"First,"}), (Spoken{{"First,"}, {}}));
  EXPECT_EQ(spoken_in_pauses({"\u4F60\u597D\u3002\u4E16", "\u754C\u3002"}),
            (Spoken{{"\u4F60\u597D\u3002"}, {"\u4E16\u754C\u3002"}, {}}));
}

TEST_F(GrowingTextTest, AfterAPauseTheRestIsReadAsBefore) {
  std::vector<Segment> out;
  EXPECT_THAT(add("It costs 3."), IsEmpty());
  growing_.flush(out, Flush::kWords);
  EXPECT_THAT(texts(out), ElementsAre("It costs"));
  EXPECT_GT(growing_.pending(), 0U);
  EXPECT_THAT(add(" T"), ElementsAre("3.")) << "the mark in the word that waited is remembered";
}

TEST_F(GrowingTextTest, ASentenceEndsWhereItsWriterSaysSo) {
  std::vector<Segment> out;
  EXPECT_THAT(add("Let me check the map"), IsEmpty());
  growing_.flush(out, Flush::kSentence);
  EXPECT_EQ(out, (std::vector<Segment>{{.text = "Let me check the map", .pause_after = 100ms}}));
}

TEST_F(GrowingTextTest, WhiteSpaceIsBoundedAndSaysNothing) {
  EXPECT_THAT(add("One."), IsEmpty());
  EXPECT_THAT(add(std::string(100'000, ' ')), IsEmpty());
  EXPECT_LE(growing_.pending(), 5U);
  EXPECT_THAT(add("T"), ElementsAre("One."));
}

TEST(GrowingText, AMarkThatCanCutNothingCostsNoDecision) {
  for (const std::string unit : {"a,", "a, ", "a;", "a.", "a. ", "1.a, "}) {
    std::string text;
    while (text.size() < 40'000) text += unit;
    GrowingText growing(Options{});
    std::vector<Segment> out;
    ASSERT_TRUE(growing.append(text, out));
    EXPECT_GT(out.size(), text.size() / Options{}.max_chars / 2) << unit;
    // Until something is cut each mark may end the first clause.
    EXPECT_LE(growing.decisions(), Options{}.max_chars + text.size() / 50) << unit;
  }
}

TEST_F(GrowingTextTest, AFullStopBehindACutEndsASentenceBeforeWhatIsNoSmallLetter) {
  EXPECT_THAT(add("One. Two, e.g. this, was no. two. F"), ElementsAre("One.", "Two, e.g. this, was no. two."));
  EXPECT_THAT(add("our. (S"), ElementsAre("Four."));
  EXPECT_THAT(add("ix. \u10D0"), ElementsAre("(Six.")) << "Georgian has no capitals";
  EXPECT_THAT(add(". \u2160 b\n\nC"), ElementsAre("\u10D0.", "\u2160 b"));
}

TEST_F(GrowingTextTest, RefusesBrokenUtf8AndTakesNothingOfIt) {
  std::vector<Segment> out;
  EXPECT_THAT(add("Good"), IsEmpty());
  const auto refused = growing_.append("abc\xC3", out);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalidUtf8);
  EXPECT_THAT(texts(finish()), ElementsAre("Good"));
}

std::vector<Segment> cut_at_random(std::string_view text, const Options& options, std::mt19937& random) {
  GrowingText growing(options);
  std::vector<Segment> out;
  const auto longest = 1 + random() % 40;
  while (!text.empty()) {
    auto size = std::min<std::size_t>(text.size(), 1 + random() % longest);
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) ++size;
    EXPECT_TRUE(growing.append(text.substr(0, size), out));
    text.remove_prefix(size);
  }
  growing.finish(out);
  return out;
}

TEST(GrowingText, TheSegmentsDoNotDependOnHowTheTextWasCut) {
  std::mt19937 random(26);
  std::size_t segments = 0;
  for (int round = 0; round < 400; ++round) {
    const auto text = random_text(random, 200, {"\n"});
    const Options options{.max_chars = 16 + random() % 150};
    GrowingText growing(options);
    std::vector<Segment> whole;
    ASSERT_TRUE(growing.append(text, whole));
    growing.finish(whole);
    segments += whole.size();
    for (int cut = 0; cut < 4; ++cut) EXPECT_EQ(cut_at_random(text, options, random), whole) << round;
    std::string joined;
    for (const auto& segment : whole) {
      EXPECT_FALSE(segment.text.empty());
      EXPECT_LE(spoken_length(segment.text), options.max_chars);
      joined += segment.text;
    }
    EXPECT_EQ(without_spaces(joined), without_spaces(normalise(text).value_or("")));
  }
  EXPECT_GT(segments, 1'000U);
}

TEST(GrowingText, ReadsSentencesAsTheWholeTextIsRead) {
  const std::string text =
      "Dr. Smith met Mr. Jones. They left at 5 p.m. Tom stayed! \"Why?\" he asked. See Fig. 2 and No. 5 there. Good.";
  GrowingText growing({.first_clause_chars = 0});
  std::vector<Segment> out;
  ASSERT_TRUE(growing.append(text, out));
  growing.finish(out);
  EXPECT_EQ(out, segment(text, {}));
}

}  // namespace
}  // namespace antiphon::text
