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

TEST(VoiceDirectory, NamesEverySpeaker) {
  EXPECT_THAT(directory().names(), testing::ElementsAre("joe", "choir#alto", "choir#bass"));
}

}  // namespace
}  // namespace antiphon::delivery
