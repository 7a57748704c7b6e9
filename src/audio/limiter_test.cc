#include "audio/limiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>
#include <vector>

namespace antiphon::audio {
namespace {

using Pcm = std::vector<std::int16_t>;

constexpr base::SampleRate kRate{24'000};

Pcm limited(const Pcm& pcm, Gain gain, base::SampleRate rate = kRate) {
  Limiter limiter(gain, rate);
  Pcm out;
  limiter.push(pcm, out);
  limiter.finish(out);
  return out;
}

/// Cut at random, with empty pieces among them.
Pcm limited_in_pieces(const Pcm& pcm, Gain gain, std::mt19937& random) {
  Limiter limiter(gain, kRate);
  Pcm out;
  for (std::size_t at = 0; at < pcm.size();) {
    const auto piece = std::min<std::size_t>(pcm.size() - at, random() % (random() % 4 == 0 ? 2'000 : 7));
    limiter.push(std::span(pcm).subspan(at, piece), out);
    at += piece;
  }
  limiter.finish(out);
  return out;
}

/// Words of noise and of tones with pauses between them, some quiet, some at full scale, with single clicks.
Pcm something_like_speech(std::uint32_t seed, std::size_t samples) {
  std::mt19937 random(seed);
  Pcm pcm;
  while (pcm.size() < samples) {
    const auto length = 1 + random() % 3'000;
    const double peak = random() % 4 == 0 ? 0 : std::pow(10.0, -static_cast<double>(random() % 40) / 20.0);
    const double pitch = 80.0 + static_cast<double>(random() % 4'000);
    for (std::uint32_t i = 0; i < length; ++i) {
      const double tone = std::sin(2 * std::numbers::pi * pitch * i / kRate.hz);
      const double noise = static_cast<double>(random()) / 2'147'483'648.0 - 1.0;
      pcm.push_back(static_cast<std::int16_t>(std::lround(32'767 * peak * (0.5 * tone + 0.5 * noise))));
    }
    if (random() % 3 == 0) pcm.back() = random() % 2 == 0 ? std::int16_t{-32'768} : std::int16_t{32'767};
  }
  pcm.resize(samples);
  return pcm;
}

int loudest(const Pcm& pcm) {
  int most = 0;
  for (const auto sample : pcm) most = std::max(most, std::abs(int{sample}));
  return most;
}

double energy(std::span<const std::int16_t> pcm) {
  double sum = 0;
  for (const auto sample : pcm) sum += static_cast<double>(sample) * sample;
  return sum;
}

TEST(Limiter, GivesTheSameSamplesHoweverTheyAreCut) {
  std::mt19937 random(7);
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const auto pcm = something_like_speech(seed, random() % 30'000);
    const Gain gain{.factor = static_cast<double>(random() % 4'000) / 1'000.0};
    const auto whole = limited(pcm, gain);
    ASSERT_EQ(whole.size(), pcm.size());
    ASSERT_EQ(limited_in_pieces(pcm, gain, random), whole) << seed;
  }
}

TEST(Limiter, NeverGoesBeyondItsCeilingAtAnyGainAndRate) {
  for (const std::uint32_t hz : {4'000U, 8'000U, 22'050U, 24'000U, 48'000U, 192'000U}) {
    for (const double factor : {0.0, 0.5, 0.999, 1.001, 2.0, 8.0, 200.0, 1e9}) {
      const auto pcm = something_like_speech(hz, 20'000);
      const auto out = limited(pcm, {.factor = factor}, {hz});
      ASSERT_EQ(out.size(), pcm.size());
      EXPECT_LE(loudest(out), int{kCeiling}) << hz << " Hz, times " << factor;
    }
  }
}

TEST(Limiter, PassesThroughUntouchedAndAtOnceAtAGainOfOne) {
  const auto pcm = something_like_speech(3, 10'000);
  ASSERT_GT(loudest(pcm), int{kCeiling});
  Limiter limiter({}, kRate);
  Pcm out;
  limiter.push(pcm, out);
  EXPECT_EQ(out, pcm);
  limiter.finish(out);
  EXPECT_EQ(out, pcm);
}

TEST(Limiter, MultipliesWhatStaysBelowTheCeilingByTheGainExactly) {
  auto pcm = something_like_speech(4, 20'000);
  for (auto& sample : pcm) sample = static_cast<std::int16_t>(sample / 3);
  const auto out = limited(pcm, {.factor = 2.5});
  for (std::size_t i = 0; i < pcm.size(); ++i) {
    ASSERT_EQ(out[i], static_cast<std::int16_t>(std::floor(pcm[i] * 2.5 + 0.5))) << i;
  }
}

TEST(Limiter, LeavesSilenceSilent) {
  for (const double factor : {0.0, 0.3, 4.0}) {
    EXPECT_EQ(loudest(limited(Pcm(5'000), {.factor = factor})), 0);
  }
  EXPECT_EQ(loudest(limited(something_like_speech(5, 5'000), {.factor = 0})), 0);
  EXPECT_TRUE(limited({}, {.factor = 2}).empty());
}

TEST(Limiter, IsLouderNowhereWithASmallerGain) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) {
    const auto pcm = something_like_speech(seed, 20'000);
    Pcm before(pcm.size());
    for (const double factor : {0.0, 0.25, 0.9, 1.1, 1.8, 3.0, 9.0}) {
      auto out = limited(pcm, {.factor = factor});
      for (std::size_t i = 0; i < pcm.size(); ++i) {
        ASSERT_GE(std::abs(int{out[i]}) + 1, std::abs(int{before[i]})) << seed << ", " << factor << ", sample " << i;
      }
      before = std::move(out);
    }
  }
}

/// A click among quiet samples pulls the gain down for 8 ms before it and less than half a second after it.
TEST(Limiter, TurnsDownAroundAPeakOnlyAndGraduallySo) {
  constexpr std::size_t kAt = 10'000;
  constexpr std::int16_t kQuiet = 1'000;
  constexpr std::size_t kAhead = 192;
  constexpr std::size_t kAfter = 12'000;
  Pcm pcm(40'000, kQuiet);
  pcm[kAt] = 32'767;
  const auto out = limited(pcm, {.factor = 4});
  const auto whole = std::int16_t{4 * kQuiet};
  EXPECT_TRUE(std::all_of(out.begin(), out.begin() + kAt - kAhead, [&](auto sample) { return sample == whole; }));
  EXPECT_TRUE(std::all_of(out.begin() + kAt + kAfter, out.end(), [&](auto sample) { return sample == whole; }));
  EXPECT_NEAR(out[kAt], kCeiling, 40);
  for (std::size_t i = kAt - kAhead; i < kAt + kAfter; ++i) {
    if (i + 1 == kAt || i == kAt) continue;
    ASSERT_LE(std::abs(out[i + 1] - out[i]), whole / 40) << "a step at " << i;
  }
}

TEST(Limiter, TakesLittleOfTheLoudnessOfWhatSeldomPeaks) {
  auto pcm = something_like_speech(6, 240'000);
  for (auto& sample : pcm) sample = static_cast<std::int16_t>(sample / 4);
  for (std::size_t i = 6'000; i < pcm.size(); i += 12'000) pcm[i] = 25'000;
  const auto out = limited(pcm, {.factor = 1.9});
  const double change = 10 * std::log10(energy(out) / energy(pcm)) - to_decibels(1.9);
  EXPECT_GT(change, -1.0);
  EXPECT_LT(change, 0.0);
}

TEST(Gain, OfDecibelsAndBack) {
  EXPECT_DOUBLE_EQ(from_decibels(0).factor, 1.0);
  EXPECT_NEAR(from_decibels(6.0206).factor, 2.0, 1e-5);
  EXPECT_NEAR(to_decibels((from_decibels(5) * from_decibels(-2)).factor), 3.0, 1e-12);
}

}  // namespace
}  // namespace antiphon::audio
