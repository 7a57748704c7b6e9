#include "engine/hibari/synthesizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "engine/hibari/arithmetic.h"

namespace antiphon::engine::hibari {
namespace {

constexpr float kSilent = -20;

/// Frames of a segment with a pitch that rises, and spectra of `random`.
struct Segment {
  std::vector<std::vector<float>> spectra;
  std::vector<float> pitch;

  explicit Segment(std::size_t frames) {
    std::minstd_rand random(7);
    std::uniform_real_distribution<float> values(-3, 1);
    for (std::size_t i = 0; i < frames; ++i) {
      spectra.emplace_back(kSpectrumFloats);
      for (auto& value : spectra.back()) value = values(random);
      pitch.push_back(i % 7 < 5 ? 100 + 3 * static_cast<float>(i) : 0);
    }
  }

  [[nodiscard]] Frame frame(std::size_t i) const {
    const auto at = [&](std::size_t place) { return pitch[std::min(place, pitch.size() - 1)]; };
    return {.pitches = {at(i == 0 ? 0 : i - 1), at(i), at(i + 1), at(i + 2)},
            .noise = {.seed = 5, .segment_index = 1, .frame = static_cast<std::uint32_t>(i)},
            .spectrum = spectra[i],
            .last = i + 1 == spectra.size()};
  }
};

std::vector<float> sound_of(const Segment& segment) {
  Synthesizer synthesizer;
  Carried carried;
  std::vector<float> wave;
  for (std::size_t i = 0; i < segment.spectra.size(); ++i) synthesizer.add(segment.frame(i), carried, wave);
  return wave;
}

TEST(Arithmetic, AgreesWithTheLibrary) {
  for (int step = 0; step < 1752; ++step) {
    const float x = -12 + 0.0137F * static_cast<float>(step);
    EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-6) << x;
    EXPECT_NEAR(hyperbolic_tangent(x), std::tanh(x), 1e-6) << x;
    const auto angle = 2 * std::numbers::pi * static_cast<double>(x);
    EXPECT_NEAR(sine_of_turns(x), std::sin(angle), 1e-6) << x;
    EXPECT_NEAR(cosine_of_turns(x), std::cos(angle), 1e-6) << x;
  }
}

TEST(Arithmetic, IsDefinedForEveryNumber) {
  for (const float x :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e30F, 1e30F}) {
    EXPECT_TRUE(std::isfinite(exponential(x))) << x;
  }
}

TEST(Pulses, AreTheSumOfTheirHarmonics) {
  constexpr float kPitch = 200;
  double phase = 0;
  std::array<float, kHop> pulses{};
  fill_pulses({kPitch, kPitch, kPitch}, phase, pulses);
  for (std::size_t i = 0; i < kHop; ++i) {
    const double turns = kPitch * static_cast<double>(i + 1) / kSampleRate;
    double sum = 0;
    for (int number = 1; static_cast<double>(number) * kPitch <= 11'000; ++number) {
      const auto harmonic = static_cast<double>(number);
      sum += std::cos(2 * std::numbers::pi * harmonic * turns);
    }
    EXPECT_NEAR(pulses[i], sum, 0.01) << i;
  }
  EXPECT_NEAR(phase, 0.5, 1e-9);
}

TEST(Pulses, AreSilentWithoutAVoice) {
  double phase = 0;
  std::array<float, kHop> pulses{};
  fill_pulses({0, -3, 20}, phase, pulses);
  EXPECT_THAT(pulses, testing::Each(0.0F));
}

TEST(Synthesizer, GivesAFrameItsSamplesAtEveryLength) {
  for (std::size_t frames = 1; frames < 8; ++frames) {
    const auto wave = sound_of(Segment(frames));
    EXPECT_EQ(wave.size(), frames * kHop);
    for (const float sample : wave) ASSERT_TRUE(std::isfinite(sample));
  }
}

TEST(Synthesizer, DependsOnNothingButItsArguments) {
  const Segment segment(30);
  const auto whole = sound_of(segment);
  // Each frame by another synthesizer, which has done something else before.
  std::vector<float> wave;
  Carried carried;
  for (std::size_t i = 0; i < segment.spectra.size(); ++i) {
    Synthesizer another;
    Carried others;
    std::vector<float> unheard;
    for (std::size_t k = 0; k < 3; ++k) another.add(Segment(4).frame(k), others, unheard);
    another.add(segment.frame(i), carried, wave);
  }
  EXPECT_EQ(wave, whole);
}

TEST(Synthesizer, GivesBackASinusoidOfItsOwnPart) {
  // A frequency of a bin, with the angle that it has in each frame.
  constexpr std::size_t kBin = 40;
  constexpr std::size_t kFrames = 12;
  Segment segment(kFrames);
  for (std::size_t i = 0; i < kFrames; ++i) {
    auto& spectrum = segment.spectra[i];
    std::ranges::fill(spectrum, kSilent);
    const double turns = static_cast<double>(kBin * kHop * i) / kWindow - static_cast<double>(kBin) / 2;
    spectrum[3 * kBins + kBin] = std::log(300.0F);
    spectrum[4 * kBins + kBin] = static_cast<float>(2 * std::numbers::pi * (turns - std::floor(turns)));
    segment.pitch[i] = 0;
  }
  const auto wave = sound_of(segment);
  for (std::size_t i = 4 * kHop; i < 8 * kHop; ++i) {
    // One bin, windowed twice: of a sinusoid's amplitude 2 * 300 / kWindow the sum of the windows over their squares'.
    const double expected = std::cos(2 * std::numbers::pi * static_cast<double>(kBin * i) / kWindow) * 0.5 * 4 / 3;
    EXPECT_NEAR(wave[i], expected, 2e-3) << i;
  }
}

TEST(SpectrumNoise, IsNormalAndDependsOnItsPlace) {
  const SpectrumNoise noise;
  std::vector<float> values(20'000);
  noise.fill({.seed = 1, .segment_index = 2, .frame = 3}, values);
  double sum = 0;
  double squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 20'000, 0, 0.02);
  EXPECT_NEAR(squares / 20'000, 1, 0.03);
  std::vector<float> fewer(101);
  noise.fill({.seed = 1, .segment_index = 2, .frame = 3}, fewer);
  EXPECT_TRUE(std::ranges::equal(fewer, std::span(values).first(101)));
  for (const NoiseKey other :
       {NoiseKey{.seed = 2, .segment_index = 2, .frame = 3}, NoiseKey{.seed = 1, .segment_index = 3, .frame = 3},
        NoiseKey{.seed = 1, .segment_index = 2, .frame = 4},
        NoiseKey{.seed = 1ULL << 32U, .segment_index = 2, .frame = 3}}) {
    noise.fill(other, fewer);
    EXPECT_FALSE(std::ranges::equal(fewer, std::span(values).first(101)));
  }
}

}  // namespace
}  // namespace antiphon::engine::hibari
