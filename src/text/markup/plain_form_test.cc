#include "text/markup/plain_form.h"

#include <gtest/gtest.h>

#include "text/markup/cleaner.h"

namespace antiphon::text::markup {
namespace {

std::string clean(std::string_view text) {
  Cleaner cleaner({});
  Clean out;
  cleaner.append(text, out);
  cleaner.flush(out);
  return out.text;
}

TEST(PlainForm, CompatibilityFormsAreReadAsWhatTheyAreFormsOf) {
  EXPECT_EQ(clean("\U0001D407\U0001D41E\U0001D425\U0001D425\U0001D428"), "Hello");
  EXPECT_EQ(clean("Act \u2163, \u2173 and \u216B"), "Act IV, iv and XII");
  EXPECT_EQ(clean("\uFB01rst o\uFB03ce"), "first office");
  EXPECT_EQ(clean("\uFF19\uFF1A\uFF13\uFF10"), "9:30");
  EXPECT_EQ(clean("\uFF15\uFF10\uFF05 off, \uFF04\uFF15"), "50% off, $5");
  EXPECT_EQ(clean("\U0001D7D9\U0001D7DA\U0001D7DB items"), "123 items");
  EXPECT_EQ(clean("\u2460\u2461 \u24B6\u24D1 \u2474"), "12 Ab (1)");
  EXPECT_EQ(clean("5 \u338F, 3 \u33A1, 20 \u2103"), "5 kg, 3 m\u00B2, 20 \u00B0C");
  EXPECT_EQ(clean("\u0663\u0664 \u096A \u06F5"), "34 4 5");
  EXPECT_EQ(clean("\u2116 5"), "No 5");
  EXPECT_EQ(clean("still\u2026 Anna"), "still... Anna") << "so that both spellings of an ellipsis are cut alike";
}

TEST(PlainForm, NoFormIsMuchLongerThanItsSign) {
  for (char32_t c = 0x80; c < 0x30000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    EXPECT_LE(plain_form(c).size(), 24U) << static_cast<std::uint32_t>(c);
  }
  EXPECT_EQ(clean("\uFDFA"), "\uFDFA");
}

TEST(PlainForm, WhatMeansMoreThanItsPlainFormStays) {
  EXPECT_EQ(clean("5 m\u00B2, \u00BD cup, 10\u207B\u00B3, H\u2082O"),
            "5 m\u00B2, \u00BD cup, 10\u207B\u00B3, H\u2082O");
  EXPECT_EQ(clean("\u4F60\u597D\uFF0C\u4E16\u754C\uFF01"), "\u4F60\u597D\uFF0C\u4E16\u754C\uFF01");
  EXPECT_EQ(clean("caf\u00E9 \u0E19\u0E49\u0E33 \uD55C\uAD6D"), "caf\u00E9 \u0E19\u0E49\u0E33 \uD55C\uAD6D");
}

}  // namespace
}  // namespace antiphon::text::markup
