#include "gateway/costly_texts.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

constexpr base::TimePoint kStart{1h};

TEST(CostlyTexts, RefuseWhatHasCostAsManyWorkersAsAJobMay) {
  CostlyTexts texts({.losses = 2}, "key");
  EXPECT_FALSE(texts.refuses(texts.hash_of("voice", "one"), kStart));
  EXPECT_EQ(texts.lost(texts.hash_of("voice", "one"), kStart), 1U);
  EXPECT_FALSE(texts.refuses(texts.hash_of("voice", "one"), kStart)) << "the worker may have ended by itself";
  EXPECT_EQ(texts.lost(texts.hash_of("voice", "one"), kStart), 2U);
  EXPECT_TRUE(texts.refuses(texts.hash_of("voice", "one"), kStart));
  EXPECT_FALSE(texts.refuses(texts.hash_of("voice", "two"), kStart));
  EXPECT_FALSE(texts.refuses(texts.hash_of("other", "one"), kStart))
      << "it is the voice's language that cannot bear it";
}

TEST(CostlyTexts, ForgetWhatWasPlannedAfterAll) {
  CostlyTexts texts({.losses = 2}, "key");
  texts.lost(texts.hash_of("voice", "one"), kStart);
  texts.planned(texts.hash_of("voice", "one"));
  EXPECT_EQ(texts.lost(texts.hash_of("voice", "one"), kStart), 1U);
}

TEST(CostlyTexts, ForgetWithTime) {
  CostlyTexts texts({.losses = 1, .remembered = 10min}, "key");
  texts.lost(texts.hash_of("voice", "one"), kStart);
  EXPECT_TRUE(texts.refuses(texts.hash_of("voice", "one"), kStart + 10min));
  EXPECT_FALSE(texts.refuses(texts.hash_of("voice", "one"), kStart + 11min));
  texts.lost(texts.hash_of("voice", "two"), kStart + 11min);
  EXPECT_EQ(texts.size(), 1U);
}

TEST(CostlyTexts, AreNoMoreThanTheyMayBe) {
  CostlyTexts texts({.losses = 1, .most = 100}, "key");
  for (int i = 0; i < 1000; ++i) texts.lost(texts.hash_of("voice", std::to_string(i)), kStart);
  EXPECT_EQ(texts.size(), 100U);
  EXPECT_FALSE(texts.refuses(texts.hash_of("voice", "899"), kStart));
  EXPECT_TRUE(texts.refuses(texts.hash_of("voice", "900"), kStart));
}

TEST(CostlyTexts, HaveKeysOfTheirOwn) { EXPECT_NE(random_key(), random_key()); }

}  // namespace
}  // namespace antiphon::gateway
