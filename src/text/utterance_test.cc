#include "text/utterance.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace antiphon::text
