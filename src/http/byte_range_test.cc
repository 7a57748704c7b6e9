#include "http/byte_range.h"

#include <gtest/gtest.h>

#include <limits>

namespace antiphon::http {
namespace {

TEST(ByteRangeTest, ReadsARangeWithAndWithoutItsEnd) {
  EXPECT_EQ(parse_range("bytes=0-"), ByteRange{});
  EXPECT_EQ(parse_range("Bytes= 17-"), (ByteRange{.first = 17}));
  EXPECT_EQ(parse_range("bytes=5-5"), (ByteRange{.first = 5, .last = 5}));
}

TEST(ByteRangeTest, WhatIsNoSingleRangeIsIgnored) {
  for (const auto* const field : {"", "bytes", "bytes=", "bytes=-", "bytes=-5", "bytes=5", "bytes=5-4", "bytes=0-1,3-4",
                                  "bytes=a-", "bytes=1-b", "bytes=+1-", "items=0-", "bytes=0x1-", "bytes=1 -"}) {
    EXPECT_FALSE(parse_range(field)) << field;
  }
}

TEST(ByteRangeTest, ANumberBeyondAllBytesIsTheLargest) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(parse_range("bytes=99999999999999999999999-"), (ByteRange{.first = kMost}));
  EXPECT_EQ(parse_range("bytes=1-99999999999999999999999"), (ByteRange{.first = 1, .last = kMost}));
}

TEST(ByteRangeTest, TheEndOfAnUnknownLengthIsVeryLarge) {
  EXPECT_EQ(content_range({.first = 5}, 10), "bytes 5-9/10");
  EXPECT_EQ(content_range({.first = 5, .last = 7}, 10), "bytes 5-7/10");
  EXPECT_EQ(content_range({.first = 5, .last = 70}, 10), "bytes 5-9/10");
  EXPECT_EQ(content_range({.first = 5}, std::nullopt), "bytes 5-9007199254740991/*");
  EXPECT_EQ(content_range({.first = 5, .last = 7}, std::nullopt), "bytes 5-7/*");
  EXPECT_EQ(unsatisfied_range(10), "bytes */10");
}

}  // namespace
}  // namespace antiphon::http
