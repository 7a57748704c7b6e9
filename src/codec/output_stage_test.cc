#include "codec/output_stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "codec/encoder.h"

namespace antiphon::codec {
namespace {

using Pcm = std::vector<std::int16_t>;

constexpr base::SampleRate kVoice{22'050};
constexpr base::SampleRate kServed{24'000};

/// Noise at full scale, which a resampler carries beyond it.
Pcm noise(std::size_t samples) {
  std::mt19937 random(1);
  Pcm pcm(samples);
  for (auto& sample : pcm) sample = static_cast<std::int16_t>(random());
  return pcm;
}

Pcm through(OutputStage stage, const Pcm& pcm) {
  Pcm out;
  EXPECT_TRUE(stage.push(pcm, out));
  EXPECT_TRUE(stage.finish(out));
  return out;
}

TEST(OutputStage, ResamplesFirstSoThatNothingIsCarriedBeyondTheCeilingAfterwards) {
  const auto out = through(OutputStage::make(kVoice, kServed, {.factor = 3}).value(), noise(44'100));
  EXPECT_EQ(out.size(), 48'000U) << "as many as without a gain";
  EXPECT_TRUE(std::ranges::all_of(out, [](int sample) { return std::abs(sample) <= audio::kCeiling; }));
}

TEST(OutputStage, IsTheResamplerAloneWhereThereIsNoGain) {
  const auto pcm = noise(30'000);
  auto resampler = Resampler::make(kVoice, kServed);
  Pcm alone;
  ASSERT_TRUE(resampler && resampler->push(pcm, alone) && resampler->finish(alone));
  EXPECT_EQ(through(OutputStage::make(kVoice, kServed, {}).value(), pcm), alone);
}

TEST(OutputStage, RefusesARateAsTheResamplerDoes) {
  EXPECT_EQ(OutputStage::make({0}, kServed, {}).error().code, Errc::kBadRate);
}

/// The gain reaches every format, and no cut changes a byte.
TEST(Encoder, AppliesTheGainOfItsStreamHoweverThePcmIsCut) {
  const auto pcm = noise(22'050);
  for (const auto format : {Format::kPcm, Format::kWav, Format::kMp3, Format::kOpus, Format::kFlac, Format::kMulaw}) {
    const auto encoded = [&](std::size_t piece, double factor) {
      auto encoder = make_encoder(format, kVoice, kServed, {}, {.factor = factor}).value();
      std::vector<std::byte> bytes;
      for (std::size_t at = 0; at < pcm.size(); at += piece) {
        EXPECT_TRUE(encoder->encode(std::span(pcm).subspan(at, std::min(piece, pcm.size() - at)), bytes));
      }
      EXPECT_TRUE(encoder->finish(bytes));
      return bytes;
    };
    const auto loud = encoded(pcm.size(), 1.7);
    EXPECT_EQ(encoded(997, 1.7), loud) << name_of(format);
    EXPECT_NE(encoded(pcm.size(), 1), loud) << name_of(format);
  }
}

}  // namespace
}  // namespace antiphon::codec
