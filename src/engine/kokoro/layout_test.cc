#include "engine/kokoro/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/kokoro/model.h"

namespace antiphon::engine::kokoro {
namespace {

using testing::ElementsAre;

std::vector<Stretch> cut(std::uint32_t frames, const std::vector<float>& loudness, Start start = Start::kWithin) {
  return cut_into_grains({.begin = 0, .end = frames}, loudness, start);
}

TEST(KokoroLayout, SilenceAtTheEndsIsLeftAwayButForALittle) {
  const std::vector<std::uint32_t> frames = {14, 5, 5, 20};
  EXPECT_EQ(heard(frames), (Stretch{.begin = 12, .end = 30}));
  const std::vector<std::uint32_t> short_ends = {1, 5, 5, 3};
  EXPECT_EQ(heard(short_ends), (Stretch{.begin = 0, .end = 14}));
}

TEST(KokoroLayout, OfNothingButSilenceSomeRemains) {
  const std::vector<std::uint32_t> silence = {30, 30};
  const auto whole = heard(silence);
  EXPECT_LT(whole.begin, whole.end);
  EXPECT_LE(whole.end, 60U);
}

TEST(KokoroLayout, ACutLiesWhereItIsQuietest) {
  std::vector<float> loudness(120, 1.0F);
  loudness[61] = loudness[62] = -3.0F;
  EXPECT_THAT(cut(120, loudness), ElementsAre(Stretch{.begin = 0, .end = 62}, Stretch{.begin = 62, .end = 120}));
}

TEST(KokoroLayout, SpeechBeginsWithShortGrains) {
  const std::vector<float> loudness(400, 1.0F);
  const auto starting = cut(400, loudness, Start::kOfSpeech);
  EXPECT_EQ(starting[0].end - starting[0].begin, 56U);
  EXPECT_EQ(starting[1].end - starting[1].begin, 64U);
  EXPECT_EQ(cut(400, loudness)[0].end, longest_grain());
}

TEST(KokoroLayout, GrainsCoverASegmentOfAnyLengthAndAreNeitherTooLongNorTooShort) {
  std::vector<float> loudness;
  for (int i = 0; i < 700; ++i) loudness.push_back(std::sin(static_cast<float>(i * i)));
  for (const auto start : {Start::kOfSpeech, Start::kWithin}) {
    for (std::uint32_t frames = 1; frames <= 700; ++frames) {
      const auto stretches = cut(frames, loudness, start);
      const auto grains = grains_of(stretches);
      std::uint64_t samples = 0;
      std::uint32_t at = 0;
      for (std::size_t i = 0; i < stretches.size(); ++i) {
        ASSERT_EQ(stretches[i].begin, at);
        at = stretches[i].end;
        const auto length = at - stretches[i].begin;
        ASSERT_LE(length, longest_grain());
        if (stretches.size() > 1) ASSERT_GE(length, 25U) << frames;
        ASSERT_EQ(grains[i].row_begin, i == 0 ? 0 : grains[i - 1].row_end);
        ASSERT_EQ(frames_of(grains[i].kind, grains[i].row_end - grains[i].row_begin), length);
        ASSERT_EQ(grains[i].samples, samples_of(grains[i].kind, length));
        samples += grains[i].samples;
      }
      ASSERT_EQ(at, frames);
      ASSERT_EQ(samples, std::uint64_t{frames} * kHop);
      ASSERT_EQ(grains.front().kind, grains.size() == 1 ? GrainKind::kSingle : GrainKind::kFirst);
      if (grains.size() > 1) ASSERT_EQ(grains.back().kind, GrainKind::kLast);
    }
  }
}

TEST(KokoroLayout, NoGrainHasMoreRowsThanTheLongest) {
  EXPECT_EQ(frames_of(GrainKind::kSingle, 1 + longest_grain()), longest_grain());
  EXPECT_EQ(frames_of(GrainKind::kSingle, 2 + longest_grain()), 0U);
  EXPECT_EQ(frames_of(GrainKind::kMiddle, 3), 0U);
  EXPECT_EQ(frames_of(GrainKind::kSingle, 0), 0U);
}

}  // namespace
}  // namespace antiphon::engine::kokoro
