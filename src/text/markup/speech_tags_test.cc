#include "text/markup/speech_tags.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::text::markup {
namespace {

using characters::Prosody;
using characters::SayAs;

Tag tag(std::string attributes) { return {.bytes = 0, .name = "prosody", .attributes = std::move(attributes)}; }

int rate(const std::string& written, int outer = 100) {
  return prosody_within(tag(" rate=\"" + written + '"'), {.rate = outer, .volume = 0}).rate;
}
int volume(const std::string& written, int outer = 0) {
  return prosody_within(tag(" volume=\"" + written + '"'), {.rate = 100, .volume = outer}).volume;
}

TEST(SpeechTags, RatesAreLabelsMultiplesAndChanges) {
  EXPECT_EQ(rate("x-slow"), 50);
  EXPECT_EQ(rate("default", 150), 100);
  EXPECT_EQ(rate("120%", 50), 120);
  EXPECT_EQ(rate("1.5"), 150);
  EXPECT_EQ(rate("+20%"), 120);
  EXPECT_EQ(rate("-50%", 50), 25);
  EXPECT_EQ(rate("+0.5", 80), 120);
  EXPECT_EQ(rate("1000%"), 400);
  EXPECT_EQ(rate("0"), 25);
}

TEST(SpeechTags, VolumesAreLabelsDecibelsAndShares) {
  EXPECT_EQ(volume("silent"), characters::kLeastVolume);
  EXPECT_EQ(volume("x-soft", 6), -12);
  EXPECT_EQ(volume("+6dB"), 6);
  EXPECT_EQ(volume("-3 dB", -6), -9);
  EXPECT_EQ(volume("50"), -6);
  EXPECT_EQ(volume("0"), characters::kLeastVolume);
  EXPECT_EQ(volume("+900dB"), characters::kMostVolume);
  EXPECT_EQ(volume("+6dB", characters::kLeastVolume), characters::kLeastVolume) << "silence stays silence";
}

TEST(SpeechTags, WhatCannotBeReadChangesNothing) {
  for (const auto* const written : {"", "quickly", "inf", "nan", "1e999", "5Hz", "+", "%"}) {
    EXPECT_EQ(rate(written, 150), 150) << written;
    EXPECT_EQ(volume(written, -6), -6) << written;
  }
}

TEST(SpeechTags, ASignSaysAProsodyWhole) {
  for (const int rate : {characters::kLeastRate, 100, 150, characters::kMostRate}) {
    for (const int volume : {characters::kLeastVolume, -6, 0, characters::kMostVolume}) {
      const Prosody prosody{.rate = rate, .volume = volume};
      const auto sign = characters::prosody_sign(prosody);
      EXPECT_TRUE(characters::is_prosody(sign));
      EXPECT_EQ(characters::prosody_of(sign), prosody);
    }
  }
  EXPECT_EQ(characters::prosody_sign({.rate = 1000, .volume = 100}),
            characters::prosody_sign({.rate = characters::kMostRate, .volume = characters::kMostVolume}));
}

TEST(SpeechTags, DatesSayTheOrderOfTheirParts) {
  const auto as = [](std::string attributes) { return say_as_within(tag(std::move(attributes))); };
  EXPECT_EQ(as(R"( interpret-as="date" format="mm/dd/yyyy")"), SayAs::kDate);
  EXPECT_EQ(as(R"( interpret-as="date" format="mmddyyyy")"), SayAs::kDateMdy);
  EXPECT_EQ(as(R"( interpret-as="date" format="MY")"), SayAs::kDateMy);
  EXPECT_EQ(as(R"( interpret-as="date")"), SayAs::kDate);
  EXPECT_EQ(as(R"( interpret-as="expletive")"), std::nullopt);
}

}  // namespace
}  // namespace antiphon::text::markup
