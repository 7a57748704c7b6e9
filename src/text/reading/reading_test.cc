#include "text/reading/reading.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "text/reading/test_rows.h"

namespace antiphon::text::reading {
namespace {

std::string other(std::string_view text) { return read(text, Language::kOther).spoken(); }

TEST(Reading, ThePauseOfASignDoesNotDependOnItsSpelling) {
  for (const auto* text :
       {"She is still\u2026 Anna", "She is still... Anna", "She is still\u2014Anna", "She is still \u2014 Anna",
        "She is still -- Anna", "She is still--Anna", "She is still - Anna", "She is still \u2013 Anna",
        "She is still (Anna", "She is still...Anna", "She is still\u2026Anna"}) {
    EXPECT_EQ(other(text), "She is still, Anna") << text;
  }
}

TEST(Reading, AsidesPauseOnBothSides) {
  EXPECT_EQ(other("Come (maybe later) and see."), "Come, maybe later, and see.");
  EXPECT_EQ(other("Come (maybe later)."), "Come, maybe later.");
  EXPECT_EQ(other("Come (maybe later), please"), "Come, maybe later, please");
  EXPECT_EQ(other("(Maybe later.)"), "Maybe later.");
  EXPECT_EQ(other("word(s) and f(x)"), "word s and f x");
}

TEST(Reading, MarksAreNotDoubled) {
  EXPECT_EQ(other("What?!... Yes"), "What?! Yes");
  EXPECT_EQ(other("Wait...?"), "Wait?");
  EXPECT_EQ(other("Wait..."), "Wait.");
  EXPECT_EQ(other("Wait\u2026\""), "Wait.\"");
  EXPECT_EQ(other("Yes, \u2014 no"), "Yes, no");
  EXPECT_EQ(other("\u2014 Bonjour"), "Bonjour");
  EXPECT_EQ(other("No \u2014"), "No");
  EXPECT_EQ(other("Yes . No , well ."), "Yes. No, well.");
  EXPECT_EQ(other("a .5"), "a .5");
  EXPECT_EQ(other("well-known, e-mail"), "well-known, e-mail");
}

TEST(Reading, OtherLanguagesKeepTheirNumbers) {
  EXPECT_EQ(other("Es kostet 49,95 \u20AC am 5.1."), "Es kostet 49,95 \u20AC am 5.1.");
  EXPECT_EQ(language_of("en-GB"), Language::kEnglish);
  EXPECT_EQ(language_of("en_US"), Language::kEnglish);
  EXPECT_EQ(language_of("nl-BE"), Language::kOther);
  EXPECT_EQ(language_of("enm"), Language::kOther);
}

TEST(Reading, PlacesOfSpokenWordsAreThoseOfTheWritten) {
  constexpr std::string_view kText = "It is $49.95 now";
  const auto reading = read(kText, Language::kEnglish);
  ASSERT_EQ(reading.spoken(), "It is forty nine dollars ninety five cents now");
  EXPECT_EQ(reading.written_place(0, kText), 0U);
  EXPECT_EQ(reading.written_place(3, kText), 3U);
  EXPECT_EQ(reading.written_place(6, kText), 6U) << "the amount begins";
  EXPECT_EQ(reading.written_place(12, kText), std::nullopt) << "within the amount";
  EXPECT_EQ(reading.written_place(42, kText), 12U) << "and ends";
  EXPECT_EQ(reading.written_place(43, kText), 13U);
  EXPECT_EQ(reading.written_place(46, kText), 16U);
}

TEST(Reading, EachWrittenWordHasItsShareOfTheSpokenOnes) {
  constexpr std::string_view kText = "walk 20 km (or 5 miles) on Jan. 5";
  const auto reading = read(kText, Language::kEnglish);
  const std::string& spoken = reading.spoken();
  const auto written_at = [&](std::string_view word, std::size_t behind) {
    return reading.written_place(static_cast<std::uint32_t>(spoken.find(word) + behind), kText);
  };
  EXPECT_EQ(written_at("twenty", 0), kText.find("20"));
  EXPECT_EQ(written_at("twenty", 6), kText.find("20") + 2);
  EXPECT_EQ(written_at("twenty", 3), std::nullopt) << "within a word";
  EXPECT_EQ(written_at("kilometers", 0), kText.find("km"));
  EXPECT_EQ(written_at("kilometers,", 10), kText.find("km") + 2);
  EXPECT_EQ(written_at("kilometers,", 11), kText.find("km") + 2) << "the pause is in no word";
  EXPECT_EQ(written_at("miles,", 6), kText.find(')') + 1) << "the bracket stands with its word";
  EXPECT_EQ(written_at("January", 7), kText.find("Jan.") + 4);
  EXPECT_EQ(written_at("fifth", 0), kText.find('5', kText.find("Jan")));
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> pieces = {
      "$",   "5",   "49.95",   "1,000", " ",    " ",  "-",  "\u2013", "...",    "\u2026", "(",      ")",
      "km",  "%",   "\u00B0C", "/",     ":",    "30", "am", "p.m.",   "Jan.",   "May",    "2025",   "II",
      "War", "No.", "St.",     "B ",    "x",    "#",  "@",  ".com",   "\u00BD", "\u00B2", "\u20AC", "million",
      "th",  "'s",  "\"",      "word",  "e.g.", "+",  "=",  "\u4F60", "\u00E9"};
  std::string text;
  for (auto count = random() % 30; count > 0; --count) text += pieces[random() % pieces.size()];
  return text;
}

TEST(Reading, PlacesAscendAndCoverTheText) {
  std::mt19937 random(9);
  for (int round = 0; round < 3000; ++round) {
    const auto text = random_text(random);
    const auto reading = read(text, Language::kEnglish);
    std::uint32_t last = 0;
    for (std::uint32_t at = 0; at <= reading.spoken().size(); ++at) {
      const auto place = reading.written_place(at, text);
      if (!place) continue;
      ASSERT_GE(*place, last) << text;
      ASSERT_LE(*place, text.size()) << text;
      last = *place;
    }
  }
}

pronunciation::Dictionaries dictionaries(const std::vector<pronunciation::Entry>& entries) {
  return {pronunciation::Dictionary::make(entries).value()};
}

TEST(Reading, ADictionaryGoesBeforeTheLanguage) {
  const auto ours =
      dictionaries({{"Dr.", "dee are"}, {"5G", "five gee"}, {"SQL", "sequel"}, {"AT&T", "a tee and tee"}});
  EXPECT_EQ(read("Dr. Lee sells 5G and SQL (by AT&T) for $5.", Language::kEnglish, ours).spoken(),
            "dee are Lee sells five gee and sequel, by a tee and tee, for five dollars.");
  EXPECT_EQ(read("Das SQL-Buch kostet 5 \u20AC.", Language::kOther, ours).spoken(), "Das sequel-Buch kostet 5 \u20AC.");
}

TEST(Reading, TheFirstDictionaryThatKnowsAWordDecides) {
  auto both = dictionaries({{"gif", "jif"}});
  const auto second = dictionaries({{"gif", "ghif"}, {"png", "ping"}});
  both.push_back(second.front());
  EXPECT_EQ(read("gif or png", Language::kEnglish, both).spoken(), "jif or ping");
}

TEST(Reading, PlacesOfDictionaryWordsAreThoseOfTheWritten) {
  const std::string text = "Use nginx today";
  const auto reading = read(text, Language::kEnglish, dictionaries({{"nginx", "engine ex"}}));
  const auto place = [&](std::string_view word) {
    return reading.written_place(static_cast<std::uint32_t>(reading.spoken().find(word)), text);
  };
  EXPECT_EQ(place("engine"), 4U);
  EXPECT_EQ(place("today"), 10U);
}

TEST(Reading, WhatIsSpokenIsBounded) {
  for (const std::string unit :
       {"1", "$1 ", "1/2 ", "(", "...", "B ", "a@b.", "1.", "1-", "999,", "\u00B2", "IV ", "5 km ", "-"}) {
    std::string text;
    while (text.size() < 4'000) text += unit;
    EXPECT_LE(read(text, Language::kEnglish).spoken().size(), 30 * text.size()) << unit;
  }
}

}  // namespace
}  // namespace antiphon::text::reading
