#include "text/text.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::text {
namespace {

std::string normal(std::string_view text) {
  const auto result = normalise(text);
  return result ? *result : "invalid";
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(find_invalid_utf8("plain, caf\xC3\xA9 and \xF0\x9F\x98\x80"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("caf\xC3"), 3U);
  EXPECT_EQ(find_invalid_utf8("ab\xED\xA0\x80"), 2U) << "a surrogate";
  EXPECT_EQ(find_invalid_utf8("\xC0\xAF"), 0U) << "an overlong form";
  EXPECT_EQ(find_invalid_utf8("abc\xF4\x90\x80\x80"), 3U) << "beyond U+10FFFF";
  EXPECT_EQ(find_invalid_utf8("a\x80"), 1U) << "a stray continuation";
}

TEST(Utf8, CountsCodePointsNotBytes) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("caf\xC3\xA9"), 4U);
  EXPECT_EQ(count_code_points("\xF0\x9F\x98\x80!"), 2U);
}

TEST(Normalise, RefusesWhatIsNotUtf8AndDoesNotQuoteIt) {
  const auto result = normalise("secret\xFF");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::kInvalidUtf8);
  EXPECT_EQ(result.error().message.find("secret"), std::string::npos);
  EXPECT_NE(result.error().message.find("byte 6"), std::string::npos);
}

TEST(Normalise, ComposesSoThatEqualTextsHaveEqualBytes) {
  EXPECT_EQ(normal("cafe\u0301"), "caf\u00E9");
  EXPECT_EQ(normal("c\u200Bafe\u00AD\u0301"), "caf\u00E9") << "what is dropped must not keep marks apart";
}

TEST(Normalise, DropsControlsAndKeepsJoiners) {
  const std::string rtl_override = "\xE2\x80\xAE";  // NOLINT(misc-misleading-bidirectional): to be dropped
  EXPECT_EQ(normal(std::string("a\0b\x1B[1m\uFEFF", 10) + rtl_override + "c"), "ab[1mc");
  EXPECT_EQ(normal("\u0915\u094D\u200D\u0937"), "\u0915\u094D\u200D\u0937");
}

TEST(Normalise, CollapsesWhiteSpaceAndTrims) {
  EXPECT_EQ(normal(" \t one\u00A0\u3000two \r\n three \u200B "), "one two three");
  EXPECT_EQ(normal(" \n\t "), "");
}

TEST(Normalise, KeepsParagraphsAndListItemsApart) {
  EXPECT_EQ(normal("Title\r\n\r\n\r\nText\nwraps"), "Title\n\nText wraps");
  EXPECT_EQ(normal("To buy:\n- milk\n* eggs\n12. tea\n-5 degrees"),
            "To buy:\n\n- milk\n\n* eggs\n\n12. tea -5 degrees");
  EXPECT_EQ(normal("one\u2029two\u2028three"), "one\n\ntwo three");
}

TEST(Normalise, BoundsMarksInARow) {
  std::string stacked = "e";
  for (int i = 0; i < 500; ++i) stacked += "\u0323";
  // The first dot below composes with the letter, so one more remains after the first cap.
  EXPECT_EQ(count_code_points(normal(stacked + "x")), 1U + (kMaxMarks - 1U) + 1U);
}

TEST(Normalise, IsIdempotent) {
  for (const char* text :
       {"Title\n\nText", "a\n- b\n\n\n3) c", "\u2000x\u2001\u037E", "\u0958\u093C", " x \u200B\u0301 y"}) {
    EXPECT_EQ(normal(normal(text)), normal(text)) << text;
  }
}

TEST(Speakable, NeedsALetterADigitOrANamedSign) {
  for (const char* text : {"a", "7", "\u20AC", "100%", "& ", "\u3042", "\u0661", "***a"})
    EXPECT_TRUE(speakable(text)) << text;
  for (const char* text : {"", " ", "...", "***", "\xF0\x9F\x98\x80", "\u3002!?", "\u2014", "\"()\""}) {
    EXPECT_FALSE(speakable(text)) << text;
  }
}

}  // namespace
}  // namespace antiphon::text
