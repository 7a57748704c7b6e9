#include "text/reading/test_rows.h"

namespace antiphon::text::reading {
namespace {

TEST(English, Years) {
  expect_english({
      {"in 1908", "in nineteen oh eight"},
      {"1776", "seventeen seventy six"},
      {"1900", "nineteen hundred"},
      {"2000", "two thousand"},
      {"2008", "two thousand eight"},
      {"2010", "twenty ten"},
      {"2025.", "twenty twenty five."},
      {"1066", "one thousand sixty six"},
      {"the 1990s", "the nineteen nineties"},
      {"the '90s", "the nineties"},
      {"1900s", "nineteen hundreds"},
      {"1914-18", "nineteen fourteen to eighteen"},
      {"1939\u20131945", "nineteen thirty nine to nineteen forty five"},
      {"1500 people", "one thousand five hundred people"},
      {"1200 miles", "one thousand two hundred miles"},
      {"In 2024 voters", "In twenty twenty four voters"},
      {"1,908", "one thousand nine hundred eight"},
      {"1984.5", "one thousand nine hundred eighty four point five"},
      {"(1984)", "nineteen eighty four"},
      {"since 1999,", "since nineteen ninety nine,"},
  });
}

TEST(English, Dates) {
  expect_english({
      {"2025-01-05", "January fifth, twenty twenty five"},
      {"1/5/2025", "January fifth, twenty twenty five"},
      {"12/31/99", "December thirty first, nineteen ninety nine"},
      {"31/12/1999", "December thirty first, nineteen ninety nine"},
      {"24.12.2024", "December twenty fourth, twenty twenty four"},
      {"January 5, 2025", "January fifth, twenty twenty five"},
      {"Jan. 5", "January fifth"},
      {"Jan 5th", "January fifth"},
      {"May 5-7", "May fifth to seventh"},
      {"March 2020", "March twenty twenty"},
      {"5 January 2025", "the fifth of January twenty twenty five"},
      {"the 5th of May", "the fifth of May"},
      {"4 July", "the fourth of July"},
      {"On July 4, 1776, they", "On July fourth, seventeen seventy six, they"},
      {"Sept. 11, 2001", "September eleventh, two thousand one"},
      {"It may 5", "It may five"},
      {"2025-13-45", "two zero two five, one three, four five"},
      {"Dec 25", "December twenty fifth"},
      {"May 5:30 work", "May five thirty work"},
      {"2025-01-05T10:30", "January fifth, twenty twenty five, ten thirty"},
  });
}

TEST(English, Times) {
  expect_english({
      {"8:00", "eight o'clock"},
      {"8:05", "eight oh five"},
      {"8:30", "eight thirty"},
      {"14:30", "fourteen thirty"},
      {"9:30", "nine thirty"},
      {"8:00 am", "eight AM"},
      {"8:30 p.m.", "eight thirty PM."},
      {"5 p.m. sharp", "five PM sharp"},
      {"5pm", "five PM"},
      {"at 5 p.m.", "at five PM."},
      {"10 a.m.", "ten AM."},
      {"8-9 am", "eight to nine AM"},
      {"8:00-9:30", "eight o'clock to nine thirty"},
      {"14:00", "fourteen hundred hours"},
      {"1:02:03", "one hour two minutes and three seconds"},
      {"John 3:16", "John three sixteen"},
      {"12:00 PM", "twelve PM"},
      {"5 Amps", "five Amps"},
      {"25:00", "twenty five:zero zero"},
      {"8:00.", "eight o'clock."},
  });
}

TEST(English, TelephoneNumbersAndIdentifiers) {
  expect_english({
      {"(555) 123-4567", "five five five, one two three, four five six seven"},
      {"Call (555) 123-4567 now", "Call five five five, one two three, four five six seven now"},
      {"555-123-4567", "five five five, one two three, four five six seven"},
      {"555-1234", "five five five, one two three four"},
      {"+1 555 123 4567", "plus one, five five five, one two three, four five six seven"},
      {"1-800-555-0199", "one, eight oh oh, five five five, oh one nine nine"},
      {"+44 20 7946 0958", "plus four four, two oh, seven nine four six, oh nine five eight"},
      {"call 911", "call nine one one"},
      {"ZIP 90210", "ZIP nine zero two one zero"},
      {"zip code 02134", "zip code zero two one three four"},
      {"CA 94105", "CA nine four one zero five"},
      {"94105-1234", "nine four one zero five, one two three four"},
      {"PIN 1234", "PIN one two three four"},
      {"agent 007", "agent zero zero seven"},
      {"1.2.3", "one point two point three"},
      {"v2.0", "version two point zero"},
      {"version 10.4", "version ten point four"},
      {"192.168.0.1", "one nine two dot one six eight dot zero dot one"},
      {"123-45-6789", "one two three, four five, six seven eight nine"},
      {"order 12345", "order one two three four five"},
      {"15 in CA", "fifteen in CA"},
      {"a.b.c", "a.b.c"},
  });
}

}  // namespace
}  // namespace antiphon::text::reading
