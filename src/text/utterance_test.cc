#include "text/utterance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "text/test_text.h"

namespace antiphon::text {
namespace {

using namespace std::chrono_literals;

TEST(Utterance, NumbersAcceptedSegmentsOnly) {
  Utterance utterance("One.\n\n***\n\nThree.", {});
  ASSERT_FALSE(utterance.finished());
  EXPECT_EQ(utterance.next()->text, "One.");
  EXPECT_EQ(utterance.index(), 0U);
  utterance.accepted();
  EXPECT_EQ(utterance.next()->text, "***");
  EXPECT_EQ(utterance.index(), 1U);
  utterance.nothing();
  EXPECT_EQ(utterance.next()->text, "Three.");
  EXPECT_EQ(utterance.index(), 1U);
  utterance.accepted();
  EXPECT_TRUE(utterance.finished());
  EXPECT_EQ(utterance.next(), nullptr);
  EXPECT_EQ(utterance.index(), 2U);
}

TEST(Utterance, CutsWhatIsTooLongAndGoesOnWithItsFirstPart) {
  Utterance utterance("One two, three four. Five.", {});
  ASSERT_TRUE(utterance.too_long());
  EXPECT_EQ(utterance.next()->text, "One two,");
  EXPECT_EQ(utterance.next()->pause_after, 0ms);
  utterance.accepted();
  EXPECT_EQ(utterance.next()->text, "three four.");
  EXPECT_EQ(utterance.next()->pause_after, 100ms);
  EXPECT_EQ(utterance.index(), 1U);
}

TEST(Utterance, RefusesToCutASingleLetter) {
  Utterance utterance("a", {});
  EXPECT_FALSE(utterance.too_long());
  EXPECT_EQ(utterance.next()->text, "a");
}

TEST(Utterance, IsFinishedAtOnceWithoutText) { EXPECT_TRUE(Utterance("", {}).finished()); }

TEST(Utterance, SplittingAlwaysEnds) {
  Utterance utterance("Some words, and e\u0301 more; \u4F60\u597D.", {});
  int pieces = 0;
  while (!utterance.finished()) {
    if (utterance.too_long()) continue;
    utterance.accepted();
    ASSERT_LT(++pieces, 100);
  }
  EXPECT_GT(pieces, 10);
}

TEST(Utterance, GrowsWhileItIsSpoken) {
  Utterance utterance(Options{});
  EXPECT_TRUE(utterance.waiting());
  EXPECT_FALSE(utterance.finished());
  ASSERT_TRUE(utterance.append("One. Tw"));
  ASSERT_NE(utterance.next(), nullptr);
  EXPECT_EQ(utterance.next()->text, "One.");
  EXPECT_FALSE(utterance.waiting());
  EXPECT_EQ(utterance.unplanned(), 6U);
  ASSERT_TRUE(utterance.append("o. Three"));
  EXPECT_EQ(utterance.next()->text, "One.") << "what is being planned stays";
  utterance.accepted();
  EXPECT_EQ(utterance.next()->text, "Two.");
  utterance.accepted();
  EXPECT_TRUE(utterance.waiting());
  utterance.flush();
  EXPECT_EQ(utterance.next()->text, "Three");
  EXPECT_EQ(utterance.index(), 2U);
  utterance.accepted();
  EXPECT_TRUE(utterance.waiting());
  utterance.finish();
  EXPECT_FALSE(utterance.waiting());
  EXPECT_TRUE(utterance.finished());
}

TEST(Utterance, DropsWhatIsNotKept) {
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("One, two. Three."));
  utterance.flush();
  utterance.keep();
  ASSERT_TRUE(utterance.append("Four. Five. Six"));
  ASSERT_TRUE(utterance.too_long()) << "both parts of what is kept are kept";
  utterance.accepted();
  utterance.drop();
  EXPECT_FALSE(utterance.growing());
  EXPECT_TRUE(utterance.keeps_next());
  EXPECT_EQ(utterance.next()->text, "two.");
  utterance.accepted();
  EXPECT_EQ(utterance.next()->text, "Three.");
  utterance.nothing();
  EXPECT_TRUE(utterance.finished());
}

TEST(Utterance, WhatMayBeOnItsWayIsNotDropped) {
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("One. Two. Three. Four"));
  utterance.drop();
  EXPECT_FALSE(utterance.keeps_next());
  EXPECT_EQ(utterance.next()->text, "One.");
  utterance.accepted();
  EXPECT_TRUE(utterance.finished());
}

TEST(Utterance, HasNothingLeftWhereNothingWasComplete) {
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("One"));
  EXPECT_GT(utterance.pending(), 0U);
  utterance.drop();
  EXPECT_EQ(utterance.pending(), 0U);
  EXPECT_TRUE(utterance.finished());
}

std::vector<Segment> segments_of(Utterance& utterance) {
  std::vector<Segment> out;
  for (; utterance.next() != nullptr; utterance.accepted()) out.push_back(*utterance.next());
  return out;
}

std::vector<Segment> spoken(std::string_view text, const Options& options = {}) {
  Utterance utterance(prepare(text, options).value(), options);
  return segments_of(utterance);
}

TEST(Utterance, AnAskedForPauseEndsASegmentAndLastsAsLong) {
  EXPECT_EQ(spoken("Wait. <break time=\"1s\"/> Go on, [pause:300ms] now."),
            (std::vector<Segment>{
                {.text = "Wait.", .pause_after = 1s}, {.text = "Go on,", .pause_after = 300ms}, {.text = "now."}}));
  EXPECT_EQ(spoken("Wait. <break time=\"10ms\"/> Go.").front().pause_after, 100ms) << "no shorter than a sentence's";
  EXPECT_EQ(spoken("A <break time=\"9s\"/><break time=\"9s\"/> b").front().pause_after, 10s);
  EXPECT_EQ(spoken("Wait. [pause:1s]").back().pause_after, 1s) << "at the end, too";
}

TEST(Utterance, APauseAtTheBeginIsSilenceBeforeTheFirstSegment) {
  EXPECT_EQ(spoken("[pause:300ms]<break time='200ms'/> Go on. Now."),
            (std::vector<Segment>{{.text = "Go on.", .pause_after = 100ms, .pause_before = 500ms}, {.text = "Now."}}));
  Utterance growing(Options{});
  for (const char c : std::string_view("[pause:300ms] Well now, this is the first clause, and it goes on. End")) {
    ASSERT_TRUE(growing.append(std::string_view(&c, 1)));
  }
  growing.finish();
  const auto segments = segments_of(growing);
  EXPECT_EQ(segments.front().text, "Well now, this is the first clause,");
  EXPECT_EQ(segments.front().pause_before, 300ms);
  EXPECT_EQ(segments.back().pause_before, 0ms);
}

Utterance::Rest rest_of(std::string_view text, double speed) {
  const Options options{.speed = speed};
  return Utterance(prepare(text, options).value(), options).rest();
}

TEST(Utterance, TheRestIsLongerWhereTheTextAsksForSlowerSpeechAndPauses) {
  EXPECT_EQ(rest_of("One two three four.", 1).length, 19U);
  EXPECT_EQ(rest_of("<prosody rate='50%'>One two three four.</prosody>", 1).length, 38U);
  EXPECT_EQ(rest_of("<prosody rate='200%'>One two three four.</prosody>", 1).length, 10U);
  EXPECT_EQ(rest_of("<prosody rate='50%'>One two three four.</prosody>", 2).length, 38U) << "in letters at that speed";
  EXPECT_EQ(rest_of("<prosody rate='50%'>One two three four.</prosody>", 0.25).length, 19U) << "as slow as it may be";
  EXPECT_EQ(rest_of("One. Two.", 1).silence, 100ms);
  EXPECT_EQ(rest_of("[pause:2s] One. <break time='3s'/> Two.", 1).silence, 5s);
}

TEST(Utterance, WhatWasPlannedIsNoneOfTheRest) {
  Utterance utterance("One. Two.", {});
  utterance.accepted();
  EXPECT_EQ(utterance.rest().length, 4U);
  EXPECT_EQ(utterance.rest().silence, 0ms);
  utterance.accepted();
  EXPECT_EQ(utterance.rest().length, 0U);
}

TEST(Utterance, TextThatHasNotBecomeASegmentIsOfTheRest) {
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("One two"));
  EXPECT_EQ(utterance.rest().length, utterance.unplanned());
}

TEST(Utterance, AProsodyIsASegmentOfItsOwnWithoutAPauseWithinASentence) {
  const characters::Prosody fast{.rate = 150, .volume = 0};
  EXPECT_EQ(
      spoken("I am <prosody rate='fast'>very glad</prosody> today. <prosody rate='fast'>Dr. Who? Yes.</prosody> No."),
      (std::vector<Segment>{{.text = "I am"},
                            {.text = "very glad", .prosody = fast},
                            {.text = "today.", .pause_after = 100ms},
                            {.text = "Dr. Who?", .pause_after = 100ms, .prosody = fast},
                            {.text = "Yes.", .pause_after = 100ms, .prosody = fast},
                            {.text = "No."}}));
  EXPECT_EQ(spoken("Mr. <prosody volume='loud'>Smith</prosody>").front().pause_after, 0ms);
  EXPECT_EQ(spoken("<prosody rate='fast'>One</prosody>\n\nTwo").front().pause_after, 100ms);
}

TEST(Utterance, SegmentsOfAProsodyAreAsLongAsItsSpeedLetsThem) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "word ";
  const auto slow = spoken("<prosody rate='25%'>" + words + "</prosody>");
  const auto fast = spoken("<prosody rate='200%'>" + words + "</prosody>");
  for (const auto& part : slow) EXPECT_LE(part.text.size(), 35U);
  EXPECT_GT(fast.front().text.size(), 140U);
  EXPECT_EQ(longest_audio({}, slow.front().prosody), 40s);
  EXPECT_EQ(speed_in(slow.front().prosody, 0.5), 0.25) << "never slower than an engine can";
  EXPECT_EQ(speed_in(fast.front().prosody, 0.9F), static_cast<double>(0.9F) * 2);
}

TEST(Utterance, ALineIsASegmentAndAWrappedOneIsNot) {
  EXPECT_EQ(spoken("Apples\nBread\n").size(), 2U);
  EXPECT_EQ(spoken("This line is wrapped\nin the middle of it.").size(), 1U);
}

TEST(Utterance, IsReadSegmentBySegment) {
  const Options options{.language = reading::Language::kEnglish};
  Utterance utterance(prepare("# Bill\nIt is $5 now", options).value(), options);
  ASSERT_NE(utterance.reading(), nullptr);
  EXPECT_EQ(utterance.reading()->spoken(), "Bill.") << "a heading ends as a sentence does";
  utterance.accepted();
  EXPECT_EQ(utterance.reading()->spoken(), "It is five dollars now");
  EXPECT_EQ(utterance.next()->text, "It is $5 now");
  ASSERT_TRUE(utterance.too_long());
  EXPECT_EQ(utterance.next()->text, "It") << "neither behind a verb nor within an amount";
  EXPECT_EQ(utterance.reading()->spoken(), "It");
  utterance.accepted();
  EXPECT_EQ(utterance.reading()->spoken(), "is five dollars now");
  utterance.accepted();
  EXPECT_EQ(utterance.reading(), nullptr);
}

TEST(Utterance, NoSegmentIsReadAsNothing) {
  for (const auto* text : {"...", "(", "\u2014", "_", ") ("}) {
    Utterance utterance(prepare(text, {}).value(), {});
    for (; !utterance.finished(); utterance.accepted()) EXPECT_FALSE(utterance.reading()->spoken().empty()) << text;
  }
}

TEST(Utterance, WhatIsReadAsItIsWrittenKeepsEverySign) {
  EXPECT_EQ(spoken("**a** <b>", {.normalise = Normalise::kOff}), (std::vector<Segment>{{.text = "**a** <b>"}}));
}

TEST(Utterance, AClientsPrivateSignsAskForNoPauses) {
  const Options off{.normalise = Normalise::kOff};
  EXPECT_EQ(spoken("One\U000F0064 two", off), (std::vector<Segment>{{.text = "One two"}}));
  Utterance growing(off);
  ASSERT_TRUE(growing.append("One\U000F0064 two"));
  growing.finish();
  EXPECT_EQ(segments_of(growing), (std::vector<Segment>{{.text = "One two"}}));
}

TEST(Utterance, AWordThatEndsInAnExclamationMarkDoesNotWaitForAnImage) {
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("Hello there!"));
  utterance.flush(Flush::kWords);
  ASSERT_NE(utterance.next(), nullptr);
  EXPECT_EQ(utterance.next()->text, "Hello there!");
  EXPECT_EQ(utterance.pending(), 0U);
}

TEST(Utterance, HanBehindAHostIsSpoken) {
  std::string han;
  for (int i = 0; i < 100; ++i) han += "\u4E2D";
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("<a www.a" + han));
  utterance.flush();
  std::string all;
  for (const auto& segment : segments_of(utterance)) all += segment.text;
  EXPECT_TRUE(all.ends_with(han)) << all;
}

TEST(Utterance, TheSegmentsOfMarkupDoNotDependOnHowItWasCut) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const auto text = random_text(random, 60, markup_pieces());
    Utterance whole(Options{});
    ASSERT_TRUE(whole.append(text));
    whole.finish();
    Utterance utterance(Options{});
    for (std::string_view rest = text; !rest.empty();) {
      auto size = std::min<std::size_t>(rest.size(), 1 + random() % 7);
      while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xC0U) == 0x80U) ++size;
      ASSERT_TRUE(utterance.append(rest.substr(0, size)));
      rest.remove_prefix(size);
    }
    utterance.finish();
    EXPECT_EQ(segments_of(utterance), segments_of(whole)) << text;
  }
}

TEST(Utterance, AFlushSpeaksWhatMayBeMarkupAndAWritersPauseLetsItWait) {
  Utterance utterance(Options{});
  ASSERT_TRUE(utterance.append("See [the gui"));
  utterance.flush(Flush::kWords);
  ASSERT_NE(utterance.next(), nullptr);
  EXPECT_EQ(utterance.next()->text, "See");
  EXPECT_GT(utterance.pending(), 0U);
  utterance.accepted();
  utterance.flush();
  ASSERT_NE(utterance.next(), nullptr);
  EXPECT_EQ(utterance.next()->text, "[the gui");
}

}  // namespace
}  // namespace antiphon::text
