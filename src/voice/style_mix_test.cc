#include "voice/style_mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace antiphon::voice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string>& names() {
  static const std::vector<std::string> known = {"af_heart", "af_bella", "am_adam", "bf_emma", "jf_alpha"};
  return known;
}

StyleMix mix(std::string_view text) {
  auto parsed = StyleMix::parse(text, names());
  EXPECT_TRUE(parsed) << text << ": " << parsed.error();
  return parsed ? *parsed : StyleMix(0);
}

std::string fault(std::string_view text) {
  const auto parsed = StyleMix::parse(text, names());
  return parsed ? "none" : parsed.error();
}

std::vector<std::pair<std::uint32_t, std::int32_t>> parts(std::string_view text) {
  std::vector<std::pair<std::uint32_t, std::int32_t>> all;
  for (const auto& one : mix(text).styles()) all.emplace_back(one.style, one.parts);
  return all;
}

using Part = std::pair<std::uint32_t, std::int32_t>;

TEST(StyleMix, OneStyleHasTheNumberOfItsPlace) {
  EXPECT_EQ(mix("am_adam").number(), 2U);
  EXPECT_EQ(mix("AM_Adam(7)").number(), 2U) << "a weight alone means nothing, and letters may be capitals";
  EXPECT_EQ(mix("am_adam").text(names()), "am_adam");
}

TEST(StyleMix, WeightsAreRoundedToPartsWhoseSumIsExact) {
  EXPECT_THAT(parts("af_heart+am_adam"), ElementsAre(Part(0, 32), Part(2, 32)));
  EXPECT_THAT(parts("af_heart(2)+am_adam(1)"), ElementsAre(Part(0, 43), Part(2, 21)));
  EXPECT_THAT(parts("af_heart(0.3) + am_adam(0.1)"), ElementsAre(Part(0, 48), Part(2, 16)));
  EXPECT_THAT(parts("af_heart+af_bella+am_adam"), ElementsAre(Part(0, 22), Part(1, 21), Part(2, 21)));
  EXPECT_THAT(parts("af_bella(2)-af_heart"), ElementsAre(Part(1, 43), Part(0, -21)));
}

TEST(StyleMix, AStyleThatIsNamedIsNeverRoundedAway) {
  EXPECT_THAT(parts("af_heart(1000)+am_adam(0.01)-bf_emma(0.01)"), ElementsAre(Part(0, 62), Part(2, 1), Part(3, -1)));
  EXPECT_THAT(parts("af_heart(0.01)+am_adam(1000)+bf_emma(1000)"), ElementsAre(Part(0, 1), Part(2, 32), Part(3, 31)));
}

TEST(StyleMix, TheSameStylesAreTheSameMixInAnyOrderBehindTheFirst) {
  EXPECT_EQ(mix("af_heart(2)+bf_emma+am_adam"), mix("af_heart(2)+am_adam+bf_emma"));
  EXPECT_EQ(mix("af_heart+am_adam+am_adam"), mix("af_heart(1)+am_adam(2)"));
  EXPECT_EQ(mix("af_heart+am_adam-am_adam"), mix("af_heart"));
  EXPECT_NE(mix("af_heart+am_adam"), mix("am_adam+af_heart")) << "the first decides the language";
}

TEST(StyleMix, SaysWhatIsWrong) {
  EXPECT_THAT(fault("af_hart"), HasSubstr("no style 'af_hart'; the nearest are: af_heart, "));
  EXPECT_THAT(fault("af_heart+nobody(2)"), HasSubstr("nobody"));
  EXPECT_THAT(fault("af_heart(0)"), HasSubstr("weight of the style 'af_heart'"));
  for (const auto* const weight : {"", "x", "-1", "nan", "inf", "1e9", "1001", "1,5", " "}) {
    EXPECT_THAT(fault(std::string("af_heart(") + weight + ")"), HasSubstr("weight")) << weight;
  }
  EXPECT_THAT(fault("af_heart(1"), HasSubstr("weight"));
  EXPECT_THAT(fault(""), HasSubstr("name(weight)"));
  EXPECT_THAT(fault("af_heart+"), HasSubstr("name(weight)"));
  EXPECT_THAT(fault("-af_heart"), HasSubstr("name(weight)"));
  EXPECT_THAT(fault("af_heart(1)am_adam"), HasSubstr("+ or -"));
  EXPECT_THAT(fault("af_heart-af_heart(2)"), HasSubstr("first style"));
  EXPECT_THAT(fault("af_heart+af_bella+am_adam+bf_emma"), HasSubstr("at most 3"));
  EXPECT_THAT(fault(std::string(kMostMixBytes + 1, 'a')), HasSubstr("at most 256 bytes"));
}

TEST(StyleMix, ComesBackFromItsNumberAndItsText) {
  for (const auto* const text : {"af_heart", "jf_alpha", "af_heart+am_adam", "bf_emma(3)-af_heart(2)+jf_alpha(0.5)"}) {
    const auto one = mix(text);
    const auto back = StyleMix::of_number(one.number(), names().size());
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(*back, one);
    EXPECT_EQ(mix(one.text(names())), one) << one.text(names());
  }
}

TEST(StyleMix, ANumberIsOfAMixOnlyWhereItIsThatOfOne) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto number = static_cast<std::uint32_t>(random()) & (i % 2 == 0 ? ~0U : 0x81F8'71C7U);
    const auto one = StyleMix::of_number(number, names().size());
    if (!one) continue;
    ASSERT_EQ(one->number(), number);
    ASSERT_EQ(mix(one->text(names())).number(), number);
  }
  EXPECT_FALSE(StyleMix::of_number(5, 5));
  EXPECT_TRUE(StyleMix::of_number(4, 5));
}

TEST(Styles, SpeakTheLanguageOfTheirFirstLetter) {
  EXPECT_EQ(language_of_style("bf_emma"), "en-GB");
  EXPECT_EQ(language_of_style("pm_alex"), "pt-BR");
  EXPECT_EQ(language_of_style("xf_other"), "");
  EXPECT_TRUE(is_read("hf_alpha"));
  EXPECT_FALSE(is_read("jf_alpha"));
  EXPECT_FALSE(is_read("zm_yunxi"));
  EXPECT_FALSE(is_read(""));
}

}  // namespace
}  // namespace antiphon::voice
