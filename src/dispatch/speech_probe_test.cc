#include "dispatch/speech_probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace antiphon::dispatch {
namespace {

using namespace std::chrono_literals;

TEST(SpeechProbe, CountsWhatWasSpokenByVoiceAndFormat) {
  metrics::Registry registry;
  SpeechProbe probe(registry);
  probe.spoken({.voice = "ann", .format = codec::Format::kMp3, .characters = 12, .audio = 2s, .encoder_cpu = 5ms});
  probe.spoken({.voice = "ann@3", .format = codec::Format::kMp3, .characters = 3, .audio = 1s, .encoder_cpu = 5ms});
  const auto text = registry.text();
  EXPECT_TRUE(text.contains("antiphon_speech_total{format=\"mp3\",voice=\"ann\"} 2\n")) << text;
  EXPECT_TRUE(text.contains("antiphon_speech_audio_seconds_total{format=\"mp3\",voice=\"ann\"} 3\n")) << text;
  EXPECT_TRUE(text.contains("antiphon_speech_characters_total{voice=\"ann\"} 15\n")) << text;
  EXPECT_TRUE(text.contains("antiphon_encoder_seconds_total{format=\"mp3\"} 0.01\n")) << text;
}

TEST(SpeechProbe, AnUtteranceWithoutAudioIsNoSpeech) {
  metrics::Registry registry;
  SpeechProbe probe(registry);
  probe.spoken({.voice = "ann", .format = codec::Format::kWav});
  EXPECT_FALSE(registry.text().contains("voice=\"ann\""));
}

TEST(SpeechProbe, VoicesBeyondTheMostAreCountedTogether) {
  metrics::Registry registry;
  SpeechProbe probe(registry);
  constexpr auto kVoices = SpeechProbe::kMostVoices + 50;
  for (std::size_t i = 0; i < kVoices; ++i) {
    const auto voice = "voice" + std::to_string(i);
    probe.spoken({.voice = voice, .characters = 1, .audio = 1s});
  }
  const auto text = registry.text();
  EXPECT_TRUE(text.contains("antiphon_speech_total{format=\"pcm\",voice=\"other\"} 50\n"));
  EXPECT_FALSE(text.contains("voice=\"voice" + std::to_string(kVoices - 1) + '"'));
}

}  // namespace
}  // namespace antiphon::dispatch
