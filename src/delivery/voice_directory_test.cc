#include "delivery/voice_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::delivery {
namespace {

VoiceDirectory directory() {
  return {{{.id = "joe", .engine = "piper", .language = "en-US", .speakers = {}, .rate = {22'050}, .folder = "joe"},
           {.id = "choir",
            .engine = "piper",
            .language = "de-DE",
            .speakers = {"alto", "bass"},
            .rate = {16'000},
            .folder = "choir"}},
          {{"alloy", "choir#bass"}, {"echo", "gone"}, {"joe", "choir"}}};
}

TEST(VoiceDirectory, FindsIdsSpeakersAndAliases) {
  const auto voices = directory();
  EXPECT_EQ(voices.find("joe")->voice->id, "joe") << "an id comes before an alias of the same name";
  EXPECT_EQ(voices.find("joe#0")->speaker, 0U);
  EXPECT_EQ(voices.find("choir")->speaker, 0U);
  EXPECT_EQ(voices.find("choir#bass")->speaker, 1U);
  EXPECT_EQ(voices.find("choir#1")->speaker, 1U);
  EXPECT_EQ(voices.find("alloy")->speaker, 1U);
}

TEST(VoiceDirectory, FindsAliasesInAnyCaseOfLetters) {
  const VoiceDirectory voices({{.id = "a", .rate = {16'000}}, {.id = "b", .rate = {16'000}}},
                              {{"Alloy", "a"}, {"alloy", "b"}, {"NOVA", "b"}});
  EXPECT_EQ(voices.find("alloy")->voice->id, "b") << "the one as it is written goes first";
  EXPECT_EQ(voices.find("Alloy")->voice->id, "a");
  EXPECT_TRUE(voices.find("ALLOY"));
  EXPECT_EQ(voices.find("nova")->voice->id, "b");
  EXPECT_EQ(voices.find("Nova")->voice->id, "b");
  EXPECT_FALSE(voices.find("A")) << "ids are as they are written";
}

TEST(VoiceDirectory, NeverFindsSomethingElseInstead) {
  const auto voices = directory();
  for (const auto* const name : {"", "#", "nobody", "echo", "choir#2", "choir#-1", "choir#1x", "choir#", "joe#1"}) {
    EXPECT_FALSE(voices.find(name).has_value()) << name;
  }
}

VoiceDirectory with_styles() {
  return {{{.id = "joe", .engine = "piper", .language = "en-US", .rate = {22'050}},
           {.id = "kokoro",
            .engine = "kokoro",
            .language = "en-US",
            .speakers = {"af_heart", "bf_emma", "ef_dora", "jf_alpha"},
            .rate = {24'000},
            .speaker_names = SpeakerNames::kStyles}},
          {{"narrator", "bf_emma(3)+af_heart"}, {"gone", "af_gone"}}};
}

TEST(VoiceDirectory, FindsStylesAndTheirMixesByTheirOwnNames) {
  const auto voices = with_styles();
  EXPECT_EQ(voices.find("bf_emma")->voice->id, "kokoro");
  EXPECT_EQ(voices.find("bf_emma")->speaker, 1U);
  EXPECT_EQ(voices.find("kokoro")->speaker, 0U);
  EXPECT_EQ(voices.find("kokoro#ef_dora")->speaker, 2U);
  const auto mix = voices.find("af_heart(2)+bf_emma(1)");
  ASSERT_TRUE(mix);
  EXPECT_EQ(mix->name(), "af_heart(43)+bf_emma(21)");
  EXPECT_EQ(voices.find("kokoro#af_heart(2) + bf_emma")->speaker, mix->speaker);
  EXPECT_EQ(voices.find("kokoro#" + std::to_string(mix->speaker))->speaker, mix->speaker)
      << "as the record of a stream names it";
  EXPECT_EQ(voices.find(mix->name())->speaker, mix->speaker);
  EXPECT_EQ(voices.find("Narrator")->name(), "bf_emma(48)+af_heart(16)");
  EXPECT_TRUE(voices.find("af_heart+jf_alpha")) << "its sound can be mixed, though its language is not read";
  for (const auto* const name : {"jf_alpha", "kokoro#3", "kokoro#jf_alpha", "kokoro#4", "kokoro#4294967295",
                                 "jf_alpha+af_heart", "joe+bf_emma", "joe#bf_emma", "gone", "af_heart+"}) {
    EXPECT_FALSE(voices.find(name)) << name;
  }
}

TEST(VoiceDirectory, AStyleSpeaksItsOwnLanguage) {
  const auto voices = with_styles();
  EXPECT_EQ(voices.find("ef_dora")->language(), "es-ES");
  EXPECT_EQ(voices.find("bf_emma+ef_dora(9)")->language(), "en-GB");
  EXPECT_EQ(voices.find("joe")->language(), "en-US");
}

TEST(VoiceDirectory, NamesStylesWhoseLanguageIsRead) {
  EXPECT_THAT(with_styles().names(), testing::ElementsAre("joe", "af_heart", "bf_emma", "ef_dora"));
}

TEST(VoiceDirectory, SaysWhatIsWrongWithAStyle) {
  using testing::HasSubstr;
  const auto about = [](std::string_view name) { return with_styles().complaint(name, {}); };
  EXPECT_THAT(about("af_hart"), HasSubstr("no style 'af_hart'; the nearest are: af_heart, "));
  EXPECT_THAT(about("af_heart(0)"), HasSubstr("weight"));
  EXPECT_THAT(about("jf_alpha"), HasSubstr("speaks Japanese"));
  EXPECT_THAT(about("nobody"), HasSubstr("no voice 'nobody'; the voices are: joe, af_heart, "));
  EXPECT_THAT(with_styles().complaint("af_hart", std::vector<std::string>{"joe"}), HasSubstr("no voice 'af_hart'"))
      << "a client that may not use the voice is not told its styles";
}

TEST(VoiceDirectory, NamesEverySpeaker) {
  EXPECT_THAT(directory().names(), testing::ElementsAre("joe", "choir#alto", "choir#bass"));
}

}  // namespace
}  // namespace antiphon::delivery
