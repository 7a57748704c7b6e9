#include "api/wyoming/voices.h"

#include <gtest/gtest.h>

namespace antiphon::api::wyoming {
namespace {

const delivery::VoiceDirectory& voices() {
  static const delivery::VoiceDirectory directory(
      {{.id = "alba", .engine = "piper", .language = "en-GB", .rate = {22'050}},
       {.id = "joe", .engine = "piper", .language = "en-US", .rate = {22'050}},
       {.id = "duo", .engine = "piper", .language = "de-DE", .speakers = {"eva", "karl"}, .rate = {22'050}}},
      {});
  return directory;
}

TEST(WyomingVoices, ChoosesByNameByLanguageOrTheFirst) {
  EXPECT_EQ(voice_name(voices(), {}), "alba");
  EXPECT_EQ(voice_name(voices(), {.name = "joe"}), "joe");
  EXPECT_EQ(voice_name(voices(), {.name = "duo", .speaker = "karl"}), "duo#karl");
  EXPECT_EQ(voice_name(voices(), {.language = "en_US"}), "joe");
  EXPECT_EQ(voice_name(voices(), {.language = "de"}), "duo");
  EXPECT_EQ(voice_name(voices(), {.language = "EN"}), "alba");
}

TEST(WyomingVoices, ALanguageWithoutAVoiceIsSpokenByTheNearestOrTheFirst) {
  EXPECT_EQ(voice_name(voices(), {.language = "de-AT"}), "duo");
  EXPECT_EQ(voice_name(voices(), {.language = "de_Latn_CH"}), "duo");
  EXPECT_EQ(voice_name(voices(), {.language = "en-US-x-old"}), "joe");
  for (const auto* const language : {"fr", "e", "fr-FR", "-", "zh-Hant-TW"}) {
    EXPECT_EQ(voice_name(voices(), {.language = language}), "alba") << language;
  }
}

TEST(WyomingVoices, NeverChooseSomethingElseInstead) {
  EXPECT_EQ(voice_name(voices(), {.name = "nobody", .language = "en-GB"}), "nobody");
  EXPECT_FALSE(voices().find(voice_name(voices(), {.name = "nobody", .language = "en-GB"})));
}

TEST(WyomingVoices, EveryVoiceIsDescribed) {
  const auto info = program_info(voices());
  ASSERT_EQ(info.voices.size(), 3U);
  EXPECT_EQ(info.voices[2].name, "duo");
  EXPECT_EQ(info.voices[2].languages, std::vector<std::string>{"de-DE"});
  EXPECT_EQ(info.voices[2].speakers, (std::vector<std::string>{"eva", "karl"}));
  EXPECT_FALSE(info.name.empty());
}

}  // namespace
}  // namespace antiphon::api::wyoming
