#include "cache/entry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <vector>

#include "cache/test_audio.h"

namespace antiphon::cache {
namespace {

std::vector<std::byte> written(const Key& key, const Audio& audio) {
  const auto head = head_of(key, audio);
  std::vector<std::byte> bytes(head.begin(), head.end());
  std::ranges::copy(bytes_of(audio), std::back_inserter(bytes));
  return bytes;
}

TEST(Entry, IsReadAsItWasWritten) {
  auto audio = audio_of(1000);
  for (std::size_t i = 0; i < audio.samples.size(); ++i) audio.samples[i] = static_cast<std::int16_t>(i * 77 - 30'000);
  const auto read = decode(written(key_of(1), audio), key_of(1));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, audio);
}

TEST(Entry, NoByteCanBeAnother) {
  const auto bytes = written(key_of(1), audio_of(20));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] ^= std::byte{4};
    EXPECT_FALSE(decode(damaged, key_of(1)).has_value()) << i;
  }
}

TEST(Entry, NoByteCanBeMissingOrTooMany) {
  const auto bytes = written(key_of(1), audio_of(20));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode(std::span(bytes).first(size), key_of(1)).has_value()) << size;
  }
  auto longer = bytes;
  longer.resize(longer.size() + 2);
  EXPECT_EQ(decode(longer, key_of(1)).error(), EntryError::kMalformed);
}

TEST(Entry, OfAnotherKeyIsNotTaken) {
  EXPECT_EQ(decode(written(key_of(1), audio_of(20)), key_of(2)).error(), EntryError::kOtherKey);
}

TEST(Entry, WithoutSamplesOrWithAWrongRateIsNone) {
  EXPECT_EQ(decode(written(key_of(1), audio_of(0)), key_of(1)).error(), EntryError::kMalformed);
  auto audio = audio_of(1);
  audio.rate = {3'999};
  EXPECT_EQ(decode(written(key_of(1), audio), key_of(1)).error(), EntryError::kMalformed);
}

}  // namespace
}  // namespace antiphon::cache
