#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/utterance.h"

namespace antiphon::text {
namespace {

// What users of other programs reported as read wrongly: see the table in docs/text.md.

struct Row {
  std::string written;
  std::vector<std::string> spoken;  ///< Of each segment.
};

void expect_spoken(const std::vector<Row>& rows) {
  const Options options{.language = reading::Language::kEnglish};
  for (const auto& row : rows) {
    std::vector<std::string> spoken;
    Utterance utterance(prepare(row.written, options).value(), options);
    for (; !utterance.finished(); utterance.accepted()) spoken.push_back(utterance.reading()->spoken());
    EXPECT_EQ(spoken, row.spoken) << row.written;
  }
}

TEST(Field, LinesEndWhereTheirWriterEndsThem) {
  expect_spoken({
      {"We need four things:\nApples\nBread\nMilk", {"We need four things:", "Apples.", "Bread.", "Milk"}},
      {"Chapter One\nIt was raining.", {"Chapter One.", "It was raining."}},
      {"Eggs\r\nMilk", {"Eggs.", "Milk"}},
      {"\u2713 Eggs\n\u2713 Milk", {"Eggs.", "Milk"}},
      {"This line is wrapped\nin the middle of it.", {"This line is wrapped in the middle of it."}},
  });
}

TEST(Field, OneSignPausesAlikeHoweverItIsWritten) {
  expect_spoken({
      {"She is still\u2026 Anna", {"She is still.", "Anna"}},
      {"She is still... Anna", {"She is still.", "Anna"}},
      {"thinking\u2026maybe", {"thinking, maybe"}},
      {"thinking...maybe", {"thinking, maybe"}},
      {"yes -- no", {"yes, no"}},
      {"yes\u2014no", {"yes, no"}},
      {"Come (maybe later) today.", {"Come, maybe later, today."}},
  });
}

TEST(Field, AbbreviationsEndASentenceWhereTheNextWordBeginsOne) {
  expect_spoken({
      {"James T. Kirk left.", {"James T. Kirk left."}},
      {"Mt. Everest", {"Mount Everest"}},
      {"Take vitamin C. It helps.", {"Take vitamin C.", "It helps."}},
      {"at 5 p.m. Tom left", {"at five PM.", "Tom left"}},
      {"Main St. The house", {"Main Street.", "The house"}},
      {"in the U.S. It is", {"in the U.S.", "It is"}},
  });
}

TEST(Field, LayoutIsSilentAndALinkIsItsLabel) {
  expect_spoken({
      {"## Setup\n**Important:** run `make`, then see [the guide](https://example.com/a?b=1).",
       {"Setup.", "Important: run make, then see the guide."}},
      {"*sighs* Fine.", {"Fine."}},
      {"- [x] done", {"done"}},
      {"a &amp; b", {"a and b"}},
      {"<b>b</b>", {"b"}},
      {"1. One\n\n2.\n\n***\n\nEnd", {"one, One.", "End"}},
      {"Wait. <break time=\"1s\"/> Go.", {"Wait.", "Go."}},
      {"[pause:1s]Go.", {"Go."}},
      {"<speak>Hi <emphasis>you</emphasis>.</speak>", {"Hi you."}},
  });
}

TEST(Field, OtherFormsOfLettersAndDigitsAreThePlainOnes) {
  expect_spoken({
      {"\U0001D407\U0001D41E\U0001D425\U0001D425\U0001D428", {"Hello"}},
      {"Act \u2163", {"Act four"}},
      {"\uFB01rst o\uFB03ce", {"first office"}},
      {"\uFF19\uFF1A\uFF13\uFF10", {"nine thirty"}},
      {"\uFF15\uFF10\uFF05 off", {"fifty percent off"}},
      {"\U0001D7D9\U0001D7DA\U0001D7DB items", {"one hundred twenty three items"}},
      {"\u2460\u2461", {"twelve"}},
      {"How much sugar? \u00BD. Good.", {"How much sugar?", "one half.", "Good."}},
      {"#", {"#"}},
      {"\u20AC", {"euro"}},
      {"\u00B0", {"degrees"}},
      {"\u00A7", {"section"}},
  });
}

TEST(Field, NumbersAreSaidAsPeopleSayThem) {
  expect_spoken({
      {"$260 million", {"two hundred sixty million dollars"}},
      {"$49.95", {"forty nine dollars ninety five cents"}},
      {"8:00", {"eight o'clock"}},
      {"1908", {"nineteen oh eight"}},
      {"ZIP 90210", {"ZIP nine zero two one zero"}},
      {"World War II", {"World War two"}},
      {"2025-01-05", {"January fifth, twenty twenty five"}},
      {"(555) 123-4567", {"five five five, one two three, four five six seven"}},
      {"The code is B B B B B.", {"The code is B, B, B, B, B."}},
  });
}

TEST(Field, MissingSpacesAreRepairedAndLongSentencesCutBetweenPhrases) {
  expect_spoken({
      {"Hello there.How are you?", {"Hello there.", "How are you?"}},
      {"Hello,world.", {"Hello, world."}},
      {"First item;Second item.", {"First item; Second item."}},
      {"Use Node.js at example.com.", {"Use Node dot js at example dot com."}},
      {"She walked along the river in the long grey coat that her mother had made for her before the war and thought "
       "about the letter that had come that morning from the house of the old man who lived beside the station",
       {"She walked along the river in the long grey coat that her mother had made for her before the war",
        "and thought about the letter that had come that morning from the house of the old man who lived beside the "
        "station"}},
  });
}

}  // namespace
}  // namespace antiphon::text
