#include "coordinator/costly_texts.h"

#include <gtest/gtest.h>

namespace antiphon::coordinator {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint kStart{1h};

TEST(CostlyTexts, RefuseWhatHasCostAsManyWorkersAsAJobMay) {
  CostlyTexts texts({.losses = 2});
  EXPECT_FALSE(texts.refuses(1, kStart));
  EXPECT_EQ(texts.lost(1, kStart), 1U);
  EXPECT_FALSE(texts.refuses(1, kStart)) << "the worker may have ended by itself";
  EXPECT_EQ(texts.lost(1, kStart), 2U);
  EXPECT_TRUE(texts.refuses(1, kStart));
  EXPECT_FALSE(texts.refuses(2, kStart));
}

TEST(CostlyTexts, ForgetWhatWasPlannedAfterAll) {
  CostlyTexts texts({.losses = 2});
  texts.lost(1, kStart);
  texts.planned(1);
  EXPECT_EQ(texts.lost(1, kStart), 1U);
}

TEST(CostlyTexts, ForgetWithTime) {
  CostlyTexts texts({.losses = 1, .remembered = 10min});
  texts.lost(1, kStart);
  EXPECT_TRUE(texts.refuses(1, kStart + 10min));
  EXPECT_FALSE(texts.refuses(1, kStart + 11min));
  texts.lost(2, kStart + 11min);
  EXPECT_EQ(texts.size(), 1U);
}

TEST(CostlyTexts, AreNoMoreThanTheyMayBe) {
  CostlyTexts texts({.losses = 1, .most = 100});
  for (TextId i = 1; i <= 1000; ++i) texts.lost(i, kStart);
  EXPECT_EQ(texts.size(), 100U);
  EXPECT_FALSE(texts.refuses(900, kStart));
  EXPECT_TRUE(texts.refuses(901, kStart));
}

}  // namespace
}  // namespace antiphon::coordinator
