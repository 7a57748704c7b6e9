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

TEST(WyomingVoices, AStyleIsAVoiceOfItsOwnLanguage) {
  const delivery::VoiceDirectory styles({{.id = "kokoro",
                                          .engine = "kokoro",
                                          .language = "en-US",
                                          .speakers = {"af_heart", "ef_dora", "jf_alpha"},
                                          .rate = {24'000},
                                          .speaker_names = delivery::SpeakerNames::kStyles}},
                                        {});
  const auto info = program_info(styles);
  ASSERT_EQ(info.voices.size(), 2U);
  EXPECT_EQ(info.voices[1].name, "ef_dora");
  EXPECT_EQ(info.voices[1].languages, std::vector<std::string>{"es-ES"});
  EXPECT_EQ(voice_name(styles, {.language = "es"}), "ef_dora");
  EXPECT_EQ(voice_name(styles, {.language = "en"}), "af_heart");
}

}  // namespace
}  // namespace antiphon::api::wyoming
