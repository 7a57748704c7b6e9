#include "text/reading/test_rows.h"

namespace antiphon::text::reading {
namespace {

TEST(EnglishSigns, Serials) {
  expect_english({
      {"B2A23C", "B two A twenty three C"},
      {"25d08A", "twenty five d zero eight A"},
      {"Gate C24 is open", "Gate C twenty four is open"},
      {"an A320", "an A three twenty"},
      {"an A300", "an A three hundred"},
      {"a B707", "a B seven oh seven"},
      {"t2000", "t two thousand"},
      {"CES2024", "CES twenty twenty four"},
      {"ab9453", "ab nine four five three"},
      {"two MP3s", "two MP threes"},
      {"utf8", "utf eight"},
      {"0x1F", "zero x one F"},
      {"growth in 2Q22", "growth in the second quarter of twenty two"},
      {"3Q2024", "the third quarter of twenty twenty four"},
      {"5Q22", "five Q twenty two"},
      {"1920x1080", "one thousand nine hundred twenty by one thousand eighty"},
      {"8m2", "eight square meters"},
      {"10am", "ten AM"},
  });
}

TEST(EnglishSigns, HostsFilesAndMail) {
  expect_english({
      {"ann12@example.com", "ann one two at example dot com"},
      {"a1b2@example.com", "a one b two at example dot com"},
      {"help-desk@example.com", "help dash desk at example dot com"},
      {"a_&-d@example.com", "a underscore ampersand dash d at example dot com"},
      {"example24.com", "example twenty four dot com"},
      {"shop.com.au", "shop dot com dot au"},
      {"example.com/a/b?c=1, then", "example dot com, then"},
      {"example.com/Other", "example dot com slash Other"},
      {"amazon.com/eBay", "amazon dot com slash eBay"},
      {"example.com/", "example dot com"},
      {"all .py files", "all dot py files"},
      {"index.html", "index dot html"},
      {"my_notes.txt", "my underscore notes dot txt"},
      {"file:///home/ann/photo.jpg.", "photo dot jpg."},
      {"there.how", "there.how"},
  });
}

TEST(EnglishSigns, Slashes) {
  expect_english({
      {"upgrade/update", "upgrade slash update"},
      {"upgrade / update", "upgrade slash update"},
      {"and/or", "and or"},
      {"he/she", "he or she"},
      {"TCP/IP", "TCP IP"},
      {"12639/12640", "twelve thousand six hundred thirty nine over twelve thousand six hundred forty"},
      {"1/f noise", "one over f noise"},
      {"31/31/100", "thirty one slash thirty one slash one hundred"},
      {"12/kg", "twelve per kilogram"},
      {"12kg/kg", "twelve kilograms per kilogram"},
      {"3 cc/s", "three cubic centimeters per second"},
      {"3 5/2", "three and five halves"},
  });
}

TEST(EnglishSigns, SignsAlone) {
  expect_english({
      {"$ and 5% or %", "dollar and five percent or percent"},
      {"@12", "at twelve"},
      {"@ann", "at ann"},
      {"here & there", "here and there"},
      {"R&D", "R and D"},
      {"test$", "test dollar"},
      {"#mytext#", "hashtag mytext hash"},
      {"#", "#"},
      {"a # b", "a # b"},
      {"in C#", "in C sharp"},
      {"f++", "f plus plus"},
      {"y=x +1", "y equals x plus one"},
      {"1- 2 = 5", "one minus two equals five"},
      {"5 - 3 = 2", "five minus three equals two"},
      {"5 - 3", "five, three"},
      {"\"-5\"", "\"minus five\""},
      {"Yes!\u201350 times", "Yes! fifty times"},
      {"x=-5", "x equals minus five"},
  });
}

TEST(EnglishSigns, NumbersOfOtherForms) {
  expect_english({
      {"$2.000", "two dollars"},
      {"$20.500", "twenty dollars fifty cents"},
      {"$0.010", "one cent"},
      {"\u00A530 b", "thirty billion yen"},
      {"476 AD", "four seventy six AD"},
      {"1066 A.D.", "ten sixty six A.D."},
      {"800 AD", "eight hundred AD"},
      {"1960-80", "nineteen sixty to eighty"},
      {"card ending in 8876", "card ending in eight eight seven six"},
      {"+1(555) 123-5678", "plus one, five five five, one two three, five six seven eight"},
      {"Sam II", "Sam the second"},
      {"Sam I know", "Sam I know"},
      {"124,444,234,854,823,834,553",
       "one hundred twenty four quintillion four hundred forty four quadrillion two hundred thirty four trillion eight "
       "hundred fifty four billion eight hundred twenty three million eight hundred thirty four thousand five hundred "
       "fifty three"},
  });
}

}  // namespace
}  // namespace antiphon::text::reading
