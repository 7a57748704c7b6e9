#include "text/utterance.h"

#include <gtest/gtest.h>

namespace antiphon::text {
namespace {

using std::chrono_literals::operator""ms;

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

}  // namespace
}  // namespace antiphon::text
