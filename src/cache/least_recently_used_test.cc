#include "cache/least_recently_used.h"

#include <gtest/gtest.h>

#include "cache/test_audio.h"

namespace antiphon::cache {
namespace {

TEST(LeastRecentlyUsed, WhatWasUsedLongestAgoMakesRoom) {
  LeastRecentlyUsed<int> values(30);
  for (const int value : {1, 2, 3})
    EXPECT_TRUE(values.put(key_of(static_cast<std::uint8_t>(value)), value, 10).empty());
  ASSERT_NE(values.find(key_of(1)), nullptr);
  const auto gone = values.put(key_of(4), 4, 15);
  ASSERT_EQ(gone.size(), 2U);
  EXPECT_EQ(gone[0].value, 2);
  EXPECT_EQ(gone[1].value, 3);
  EXPECT_EQ(*values.find(key_of(1)), 1);
  EXPECT_EQ(*values.find(key_of(4)), 4);
  EXPECT_EQ(values.find(key_of(2)), nullptr);
  EXPECT_EQ(values.bytes(), 25U);
}

TEST(LeastRecentlyUsed, AValueTakesThePlaceOfTheOneOfItsKey) {
  LeastRecentlyUsed<int> values(30);
  values.put(key_of(1), 1, 20);
  EXPECT_TRUE(values.put(key_of(1), 2, 30).empty());
  EXPECT_EQ(*values.find(key_of(1)), 2);
  EXPECT_EQ(values.size(), 1U);
  EXPECT_EQ(values.bytes(), 30U);
}

TEST(LeastRecentlyUsed, NothingGoesForAValueThatHasNoRoomAtAll) {
  LeastRecentlyUsed<int> values(30);
  values.put(key_of(1), 1, 20);
  EXPECT_TRUE(values.put(key_of(2), 2, 31).empty());
  EXPECT_EQ(values.find(key_of(2)), nullptr);
  EXPECT_EQ(*values.find(key_of(1)), 1);
}

TEST(LeastRecentlyUsed, WhatIsErasedTakesNothing) {
  LeastRecentlyUsed<int> values(30);
  values.put(key_of(1), 1, 20);
  values.erase(key_of(1));
  values.erase(key_of(2));
  EXPECT_EQ(values.find(key_of(1)), nullptr);
  EXPECT_EQ(values.bytes(), 0U);
  EXPECT_EQ(values.size(), 0U);
}

}  // namespace
}  // namespace antiphon::cache
