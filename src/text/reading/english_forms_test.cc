#include "text/reading/test_rows.h"

namespace antiphon::text::reading {
namespace {

TEST(EnglishForms, Addresses) {
  expect_english({
      {"2788 San Tomas Expy, Santa Clara, CA 95051",
       "twenty seven eighty eight San Tomas Expressway, Santa Clara, California nine five zero five one"},
      {"708 N 1st St, San City", "seven oh eight North first Street, San City"},
      {"123 Laguna Ct, Town", "one twenty three Laguna Court, Town"},
      {"1211 E Arques Ave", "twelve eleven East Arques Avenue"},
      {"100 Main St", "one hundred Main Street"},
      {"2000 Oak Rd, Austin, TX", "two thousand Oak Road, Austin, Texas"},
      {"Orlando, FL, 32801", "Orlando, Florida, three two eight zero one"},
      {"She lives in Salem, OR 97301.", "She lives in Salem, Oregon nine seven three zero one."},
      {"Fine, OK", "Fine, OK"},
      {"St. Louis", "Saint Louis"},
      {"It has 100 Watts", "It has one hundred Watts"},
      {"500 W", "five hundred watts"},
      {"Dr. Who", "Doctor Who"},
  });
}

TEST(EnglishForms, DatesInOtherForms) {
  expect_english({
      {"july 25 2012", "July twenty fifth, twenty twelve"},
      {"august 23, 2002", "August twenty third, two thousand two"},
      {"on june 30", "on June thirtieth"},
      {"25 july 2012", "the twenty fifth of July twenty twelve"},
      {"17 may 2010", "the seventeenth of May twenty ten"},
      {"you may 5 times", "you may five times"},
      {"they march 5 miles", "they march five miles"},
      {"Jan-15-2020", "January fifteenth, twenty twenty"},
      {"Jan-15", "January fifteenth"},
      {"2025/1/5", "January fifth, twenty twenty five"},
      {"1998/2/28", "February twenty eighth, nineteen ninety eight"},
      {"1960s-80s", "nineteen sixties to eighties"},
      {"1960s-1980s", "nineteen sixties to nineteen eighties"},
      {"the '60s", "the sixties"},
  });
}

TEST(EnglishForms, TimesInOtherForms) {
  expect_english({
      {"5pm-7 pm", "five PM to seven PM"},
      {"2pm-5pm", "two PM to five PM"},
      {"4:00 am - 8:12 pm", "four AM to eight twelve PM"},
      {"at 1.59 p.m.", "at one fifty nine PM."},
      {"1.59 kg", "one point five nine kilograms"},
      {"from 9am\u20135pm", "from nine AM to five PM"},
      {"14:30 PM", "fourteen thirty PM"},
  });
}

TEST(EnglishForms, MoneyInOtherForms) {
  expect_english({
      {"$20.5", "twenty dollars fifty cents"},
      {"$0.5/hr", "fifty cents per hour"},
      {"$1/d", "one dollar per day"},
      {"$50.00-$100.00", "fifty dollars to one hundred dollars"},
      {"$150.25-$250.67", "one hundred fifty dollars twenty five cents to two hundred fifty dollars sixty seven cents"},
      {"$250-$300", "two hundred fifty to three hundred dollars"},
      {"$1.5 million", "one point five million dollars"},
  });
}

TEST(EnglishForms, MeasuresInOtherForms) {
  expect_english({
      {"12KG", "twelve kilograms"},
      {"3 mbps", "three megabits per second"},
      {"1 mbps", "one megabit per second"},
      {"4 1/2 lbs", "four and a half pounds"},
      {"1/2 lb", "half a pound"},
      {"3/4 mi", "three quarters of a mile"},
      {"1/2 hr", "half an hour"},
      {"1/4 oz", "one quarter of an ounce"},
      {"\u00BD km", "half a kilometer"},
      {"12\"", "twelve inches"},
      {"a 1\" pipe", "a one inch pipe"},
      {"\"text 7\" here", "\"text seven\" here"},
      {"10 km\u00B3", "ten cubic kilometers"},
      {"2x8 m2", "two by eight square meters"},
      {"120 mmHg", "one hundred twenty millimeters of mercury"},
      {"60 fps", "sixty frames per second"},
      {"72 bpm", "seventy two beats per minute"},
      {"300 hp", "three hundred horsepower"},
      {"5 kPa", "five kilopascals"},
      {"90 mg/dL", "ninety milligrams per deciliter"},
      {"2 PB", "two petabytes"},
      {"500 ft\u00B2", "five hundred square feet"},
  });
}

TEST(EnglishForms, NumbersInOtherForms) {
  expect_english({
      {"1/4th", "one quarter"},
      {"2/3rds", "two thirds"},
      {"5/3", "five thirds"},
      {"22/7", "twenty two over seven"},
      {"1-2=5", "one minus two equals five"},
      {"1-2", "one to two"},
      {"(1)Hello", "one Hello"},
      {"word(s)", "word s"},
      {"a 401(k) plan", "a four oh one k plan"},
      {"a 401k plan", "a four oh one k plan"},
      {"a 403(b)", "a four oh three b"},
      {"401 kids", "four hundred one kids"},
      {"+1 (123)-456-5678", "plus one, one two three, four five six, five six seven eight"},
      {"(123)-456-5678", "one two three, four five six, five six seven eight"},
  });
}

}  // namespace
}  // namespace antiphon::text::reading
