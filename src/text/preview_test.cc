#include "text/preview.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::text {
namespace {

using namespace std::chrono_literals;

TEST(Preview, ShowsSegmentsWordsPausesAndWhatIsLeftOut) {
  const auto shown =
      preview("[pause:300ms]It is $5 <x>now</x>. \U0001F44D <prosody rate='fast'>Go [w](/w\u0259d/).</prosody>",
              {.language = reading::Language::kEnglish});
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->segments.size(), 2U);
  const auto& first = shown->segments[0];
  EXPECT_EQ(first.text, "It is $5 now.");
  EXPECT_EQ(first.spoken, "It is five dollars now.");
  EXPECT_EQ(first.pause_before, 300ms);
  EXPECT_EQ(first.pause_after, 100ms);
  ASSERT_EQ(first.words.size(), 5U);
  EXPECT_EQ(first.words[2].spoken, "five");
  EXPECT_EQ(first.words[2].begin, 6U);
  EXPECT_EQ(first.words[3].begin, std::nullopt) << "one written word has two spoken ones";
  EXPECT_EQ(first.words[4].begin, 9U);
  EXPECT_EQ(shown->segments[1].spoken, "Go /w\u0259d/.");
  EXPECT_EQ(shown->segments[1].prosody.rate, 150);
  ASSERT_EQ(shown->left_out.size(), 5U);
  EXPECT_EQ(name_of(shown->left_out[0].why), "unknown_tag");
  EXPECT_EQ(shown->left_out[0].text, "<x>");
  EXPECT_EQ(name_of(shown->left_out[2].why), "emoji");
}

TEST(Preview, WhatCannotBeSpokenSaysSo) {
  EXPECT_FALSE(preview("***", {.normalise = Normalise::kOff})->segments.at(0).speakable);
  EXPECT_FALSE(preview("\xFF", {}));
  EXPECT_TRUE(preview("", {})->segments.empty());
}

TEST(Preview, WhatIsLeftOutIsShownByItsBeginning) {
  const auto shown = preview("<!-- " + std::string(200, 'a') + " -->Hi", {});
  ASSERT_EQ(shown->left_out.size(), 1U);
  EXPECT_EQ(shown->left_out[0].text.size(), Preview::kLongestLeftOut);
}

}  // namespace
}  // namespace antiphon::text
