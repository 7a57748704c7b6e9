#include "voice_import/loudness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "audio/gain.h"

namespace antiphon::voice_import {
namespace {

constexpr std::uint32_t kSecond = 22'050;

/// Says each sentence as a second of a steady square wave; each speaker has a peak.
class SteadyVoice final : public engine::Voice {
 public:
  explicit SteadyVoice(std::vector<std::int16_t> peaks, std::string language = "en-GB") : peaks_(std::move(peaks)) {
    info_.language = std::move(language);
    info_.sample_rate = {kSecond};
    info_.speakers.resize(peaks_.size());
  }

  [[nodiscard]] const engine::VoiceInfo& info() const override { return info_; }
  [[nodiscard]] engine::Result<engine::SegmentPlan> plan(const engine::PlanRequest& request) override {
    texts.emplace_back(request.text);
    if (fault) return std::unexpected(engine::Error{.code = *fault, .message = "its words"});
    if (request.speaker == unread) return std::unexpected(engine::Error{engine::Errc::kBadArgument, "not read"});
    engine::SegmentPlan plan{.row_bytes = 1, .prior = std::vector<std::byte>(1), .grains = {}, .marks = {}};
    plan.grains.push_back({.row_begin = 0, .row_end = 1, .samples = kSecond});
    return plan;
  }
  [[nodiscard]] engine::Result<engine::RenderedGrain> render(const engine::RenderRequest& request) override {
    engine::RenderedGrain grain;
    for (std::uint32_t i = 0; i < kSecond; ++i) {
      const auto peak = peaks_.at(request.speaker);
      grain.pcm.push_back(i / 100 % 2 == 0 ? peak : static_cast<std::int16_t>(-peak));
    }
    return grain;
  }

  std::vector<std::string> texts;
  std::optional<engine::Errc> fault;
  std::optional<std::uint32_t> unread;

 private:
  std::vector<std::int16_t> peaks_;
  engine::VoiceInfo info_;
};

/// What scaling to full scale would add to sentences of these peaks.
double mean_headroom(const std::vector<std::int16_t>& peaks) {
  double sum = 0;
  for (const auto peak : peaks) sum += audio::to_decibels(32'767.0 / peak);
  return sum / static_cast<double>(peaks.size());
}

TEST(MeasureGain, ScalesASteadyVoiceToFullScaleAndMakesUpForTheLimiter) {
  for (const std::int16_t peak : std::array<std::int16_t, 3>{1'000, 16'384, 26'000}) {
    SteadyVoice voice({peak});
    const auto gain = measure_gain(voice);
    ASSERT_TRUE(gain) << gain.error().message;
    EXPECT_NEAR(*gain, mean_headroom({peak}) + 1.0, 0.02) << "the ceiling lies 1 dB below full scale";
    EXPECT_EQ(*gain, std::round(*gain * 100) / 100);
  }
}

TEST(MeasureGain, IsTheMeanOverTheSpeakersAndDoesNotFollowTheLoudest) {
  const std::vector<std::int16_t> peaks{4'000, 8'000, 16'000};
  SteadyVoice voice(peaks);
  const auto gain = measure_gain(voice);
  ASSERT_TRUE(gain) << gain.error().message;
  EXPECT_GT(*gain, mean_headroom(peaks));
  EXPECT_LT(*gain, mean_headroom({4'000}));
}

TEST(MeasureGain, PassesOverASpeakerInWhoseLanguageNothingIsRead) {
  SteadyVoice voice({8'000, 1});
  voice.unread = 1;
  SteadyVoice alone({8'000});
  EXPECT_EQ(measure_gain(voice).value(), measure_gain(alone).value());
}

TEST(MeasureGain, SpeaksNumbersWhereTheVoiceIsNotEnglish) {
  SteadyVoice voice({9'000}, "de-DE");
  ASSERT_TRUE(measure_gain(voice));
  for (const auto& text : voice.texts) EXPECT_EQ(text.find_first_not_of("0123456789, ."), std::string::npos) << text;
  EXPECT_EQ(voice.texts.size(), 12U);
}

TEST(MeasureGain, FailsWhereNothingIsHeardOrTheEngineFails) {
  SteadyVoice silent({0});
  EXPECT_EQ(measure_gain(silent).error().code, Errc::kRunFailed);
  SteadyVoice voice({9'000});
  for (const auto fault : {engine::Errc::kNothingToSpeak, engine::Errc::kSegmentTooLong}) {
    voice.fault = fault;
    EXPECT_EQ(measure_gain(voice).error().code, Errc::kRunFailed);
  }
  voice.fault = engine::Errc::kEngineFailure;
  EXPECT_EQ(measure_gain(voice).error().message, "its words");
}

TEST(MeasureGain, StaysWithinTheRangeOfAManifest) {
  SteadyVoice voice({1});
  EXPECT_EQ(measure_gain(voice).value(), audio::kMostGainDb);
}

}  // namespace
}  // namespace antiphon::voice_import
