#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "engine/common/pcm.h"
#include "engine/piper/phoneme_ids.h"

namespace antiphon::engine::piper {
namespace {

using testing::ElementsAre;

PhonemeMap small_map() {
  return {{U'_', {0}}, {U'^', {1}}, {U'$', {2}}, {U'a', {14}}, {U'b', {15, 16}}, {U',', {8}}, {U' ', {3}}};
}

TEST(PhonemeIds, PadsEachPhonemeAndLeavesUnknownOnesOut) {
  const auto ids = PhonemeIds::make(small_map());
  ASSERT_TRUE(ids);
  EXPECT_THAT(*ids->ids_of(U"ab"), ElementsAre(1, 0, 14, 0, 15, 16, 0, 2));
  EXPECT_THAT(*ids->ids_of(U"a\U0001F600, a"), ElementsAre(1, 0, 14, 0, 8, 0, 3, 0, 14, 0, 2));
}

TEST(PhonemeIds, HearsNothingInPunctuation) {
  const auto ids = PhonemeIds::make(small_map());
  ASSERT_TRUE(ids);
  for (const auto* const phonemes : {U"", U", ,", U"zzz", U"\u02C8", U"^$"}) {
    const auto none = ids->ids_of(phonemes);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::kNothingToSpeak);
  }
}

TEST(PhonemeIds, NeedsItsThreeMarks) {
  for (const char32_t mark : {U'_', U'^', U'$'}) {
    auto without = small_map();
    without.erase(mark);
    EXPECT_EQ(PhonemeIds::make(without).error().code, Errc::kVoiceCorrupt);
    auto empty = small_map();
    empty[mark].clear();
    EXPECT_EQ(PhonemeIds::make(empty).error().code, Errc::kVoiceCorrupt);
  }
}

TEST(Pcm, RoundsHalfToEvenAndClamps) {
  constexpr float kUnit = 1.0F / 32767.0F;
  const std::vector<float> wave = {0,
                                   1,
                                   -1,
                                   2,
                                   -2,
                                   0.5F * kUnit,
                                   1.5F * kUnit,
                                   -0.5F * kUnit,
                                   std::numeric_limits<float>::infinity(),
                                   std::numeric_limits<float>::quiet_NaN()};
  EXPECT_THAT(to_pcm(wave), ElementsAre(0, 32767, -32767, 32767, -32768, 0, 2, 0, 32767, 0));
}

}  // namespace
}  // namespace antiphon::engine::piper
