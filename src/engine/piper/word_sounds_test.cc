#include "engine/piper/word_sounds.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace antiphon::engine::piper {
namespace {

WordSounds english() {
  auto opened = phonemizer::Phonemizer::open();
  if (!opened) throw std::runtime_error(opened.error().message);
  return {*opened, "en-us"};
}

TEST(WordSounds, AreTheSameWhetherRememberedOrNot) {
  auto sounds = english();
  const auto first = sounds.of("apples,");
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(sounds.remembered(), 1U);
  EXPECT_EQ(sounds.of("apples,"), first);
  EXPECT_EQ(sounds.remembered(), 1U);
  EXPECT_NE(sounds.of("pears"), first);
}

TEST(WordSounds, LongWordsAreNotRemembered) {
  auto sounds = english();
  const std::string longest(WordSounds::kMostBytes, 'a');
  EXPECT_FALSE(sounds.of(longest + "a").empty());
  EXPECT_EQ(sounds.remembered(), 0U);
  EXPECT_FALSE(sounds.of("b").empty());
  EXPECT_EQ(sounds.remembered(), 1U);
  EXPECT_FALSE(sounds.of(std::string(16, '7') + "." + std::string(40, '7')).empty());
  EXPECT_EQ(sounds.remembered(), 1U) << "a word of many phonemes";
}

TEST(WordSounds, AreForgottenWhenThereAreTooMany) {
  auto sounds = english();
  for (std::size_t i = 0; i < WordSounds::kMostWords; ++i) (void)sounds.of(std::to_string(i));
  EXPECT_EQ(sounds.remembered(), WordSounds::kMostWords);
  EXPECT_FALSE(sounds.of("more").empty());
  EXPECT_EQ(sounds.remembered(), 1U);
}

}  // namespace
}  // namespace antiphon::engine::piper
