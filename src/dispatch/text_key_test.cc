#include "dispatch/text_key.h"

#include <gtest/gtest.h>

namespace antiphon::dispatch {
namespace {

TEST(TextKey, TellsVoicesAndTextsApartAndIsUnlikeAnyOther) {
  const TextKey key;
  EXPECT_EQ(key.hash_of("voice", "one"), key.hash_of("voice", "one"));
  EXPECT_NE(key.hash_of("voice", "one"), key.hash_of("voice", "two"));
  EXPECT_NE(key.hash_of("voice", "one"), key.hash_of("other", "one"));
  EXPECT_NE(key.hash_of("voice", "one"), TextKey().hash_of("voice", "one"));
}

}  // namespace
}  // namespace antiphon::dispatch
