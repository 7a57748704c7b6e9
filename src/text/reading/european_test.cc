#include "text/reading/european.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/reading/test_rows.h"

namespace antiphon::text::reading {
namespace {

void expect(Language language, const std::vector<Row>& rows) {
  for (const auto& row : rows) EXPECT_EQ(read(row.written, language).spoken(), row.spoken) << row.written;
}

TEST(European, German) {
  expect(Language::kGerman, {{"Es kostet 3,50 €.", "Es kostet 3 Euro 50."},
                             {"1 €", "ein Euro"},
                             {"1,01 €", "ein Euro 1"},
                             {"0,50 €", "50 Cent"},
                             {"0,01 €", "ein Cent"},
                             {"5,00 €", "5 Euro"},
                             {"1.500 €", "1500 Euro"},
                             {"1.234.567,89 €", "1234567 Euro 89"},
                             {"3,5 €", "3,5 Euro"},
                             {"3.50 €", "3 Euro 50"},
                             {"€ 20", "20 Euro"},
                             {"€20", "20 Euro"},
                             {"20 EUR", "20 Euro"},
                             {"$5", "5 Dollar"},
                             {"1 $", "ein Dollar"},
                             {"5 £", "5 Pfund"},
                             {"100 CHF", "100 Franken"},
                             {"2 Mio. €", "2 Millionen Euro"},
                             {"1 Mio. €", "1 Million Euro"},
                             {"3,5 Mrd. Euro", "3,5 Mrd. Euro"},
                             {"3,5 Mrd. €", "3,5 Milliarden Euro"},
                             {"5 Millionen €", "5 Millionen Euro"},
                             {"um 14:30 Uhr", "um 14 Uhr 30"},
                             {"um 14.30 Uhr", "um 14 Uhr 30"},
                             {"um 14:00 Uhr", "um 14 Uhr"},
                             {"um 14:05", "um 14 Uhr 5"},
                             {"um 1:15 Uhr", "um ein Uhr 15"},
                             {"um 1:00 Uhr", "um ein Uhr"},
                             {"um 8 Uhr", "um 8 Uhr"},
                             {"14.30", "14.30"},
                             {"am 5.1.2025", "am 5. Januar 2025"},
                             {"am 05.01.2025", "am 5. Januar 2025"},
                             {"am 31.12.1999", "am 31. Dezember neunzehnhundertneunundneunzig"},
                             {"am 3.10.1908", "am 3. Oktober neunzehnhundertacht"},
                             {"am 1.1.1921", "am 1. Januar neunzehnhunderteinundzwanzig"},
                             {"2025-03-14", "14. März 2025"},
                             {"am 32.1.2025", "am 32.1.2025"},
                             {"Version 1.2.3", "Version 1.2.3"},
                             {"25:10 Stunden", "25:10 Stunden"},
                             {"10:00:00", "10:00:00"},
                             {"3 Hunde", "3 Hunde"}});
}

TEST(European, French) {
  expect(Language::kFrench, {{"Cela coûte 3,50 €.", "Cela coûte 3 euros 50."},
                             {"1 €", "un euro"},
                             {"1,20 €", "un euro 20"},
                             {"0,50 €", "50 centimes"},
                             {"0,01 €", "un centime"},
                             {"1 500 €", "1500 euros"},
                             {"1 234 567 €", "1234567 euros"},
                             {"1.500 €", "1500 euros"},
                             {"20 EUR", "20 euros"},
                             {"$5", "5 dollars"},
                             {"1 £", "une livre"},
                             {"3 millions d'€", "3 millions d'euros"},
                             {"3 M€", "3 millions d'euros"},
                             {"1 Md€", "1 milliard d'euros"},
                             {"2 millions de $", "2 millions de dollars"},
                             {"5 k€", "5 mille euros"},
                             {"à 14h30", "à 14 heures 30"},
                             {"à 14 h 30", "à 14 heures 30"},
                             {"à 14:30", "à 14 heures 30"},
                             {"à 14h", "à 14 heures"},
                             {"à 1h", "à une heure"},
                             {"à 1h15", "à une heure 15"},
                             {"à 14:00", "à 14 heures"},
                             {"le 05/01/2025", "le 5 janvier 2025"},
                             {"le 1/8/2025", "le premier août 2025"},
                             {"le 14.7.1789", "le 14 juillet 1789"},
                             {"2025-02-10", "10 février 2025"},
                             {"le 45/01/2025", "le 45/01/2025"},
                             {"3 hommes", "3 hommes"},
                             {"12 heures", "12 heures"}});
}

TEST(European, Spanish) {
  expect(Language::kSpanish, {{"Cuesta 3,50 €.", "Cuesta 3 euros con 50 céntimos."},
                              {"1 €", "un euro"},
                              {"1,01 €", "un euro con un céntimo"},
                              {"0,50 €", "50 céntimos"},
                              {"1.500 €", "1500 euros"},
                              {"$5", "5 dólares"},
                              {"1 $", "un dólar"},
                              {"20 EUR", "20 euros"},
                              {"2 millones de €", "2 millones de euros"},
                              {"1 millón de $", "1 millón de dólares"},
                              {"20 mil €", "20 mil euros"},
                              {"5 £", "5 libras"},
                              {"a las 14:30", "a las 14 y 30"},
                              {"a las 8:05", "a las 8 y 5"},
                              {"14:00", "14 horas"},
                              {"14:30 h", "14 y 30"},
                              {"14 h", "14 horas"},
                              {"el 5/1/2025", "el 5 de enero de 2025"},
                              {"el 01/12/1999", "el 1 de diciembre de 1999"},
                              {"2025-09-30", "30 de septiembre de 2025"},
                              {"el 5/13/2025", "el 5/13/2025"},
                              {"3 hombres", "3 hombres"}});
}

TEST(European, Italian) {
  expect(Language::kItalian, {{"Costa 3,50 €.", "Costa 3 euro e 50 centesimi."},
                              {"1 €", "un euro"},
                              {"0,50 €", "50 centesimi"},
                              {"1.500 €", "1500 euro"},
                              {"$5", "5 dollari"},
                              {"1 £", "una sterlina"},
                              {"2 milioni di €", "2 milioni di euro"},
                              {"3 mln €", "3 milioni di euro"},
                              {"1 mld €", "1 miliardo di euro"},
                              {"20 EUR", "20 euro"},
                              {"alle 14:30", "alle 14 e 30"},
                              {"alle 14:00", "alle 14"},
                              {"alle 1:00", "alle una"},
                              {"alle 8:05", "alle 8 e 5"},
                              {"il 5/1/2025", "il 5 gennaio 2025"},
                              {"il 1.5.2025", "il primo maggio 2025"},
                              {"2025-08-15", "15 agosto 2025"},
                              {"il 40/1/2025", "il 40/1/2025"},
                              {"3 uomini", "3 uomini"}});
}

TEST(European, Portuguese) {
  expect(Language::kPortuguese, {{"Custa 3,50 €.", "Custa 3 euros e 50 cêntimos."},
                                 {"1 €", "um euro"},
                                 {"R$ 5,00", "5 reais"},
                                 {"R$ 1,50", "um real e 50 centavos"},
                                 {"R$ 2 milhões", "2 milhões de reais"},
                                 {"R$ 1 bilhão", "1 bilhão de reais"},
                                 {"1.500 €", "1500 euros"},
                                 {"US$ 20", "20 dólares americanos"},
                                 {"20 EUR", "20 euros"},
                                 {"3 mil €", "3 mil euros"},
                                 {"às 14:30", "às 14 e 30"},
                                 {"às 14h30", "às 14 e 30"},
                                 {"às 14h", "às 14 horas"},
                                 {"à 1h", "à uma hora"},
                                 {"5/1/2025", "5 de janeiro de 2025"},
                                 {"01/03/2025", "primeiro de março de 2025"},
                                 {"2025-12-25", "25 de dezembro de 2025"},
                                 {"5/13/2025", "5/13/2025"},
                                 {"3 homens", "3 homens"}});
}

TEST(European, TheTagOfALanguageMayHaveARegion) {
  EXPECT_EQ(language_of("de-AT"), Language::kGerman);
  EXPECT_EQ(language_of("pt_BR"), Language::kPortuguese);
  EXPECT_EQ(language_of("FR"), Language::kFrench);
  EXPECT_EQ(language_of("nl"), Language::kOther);
}

TEST(European, WhatTheWriterSaysIsReadAsThat) {
  using enum characters::SayAs;
  EXPECT_EQ(say_as(kDateMdy, "1/5/2025", Language::kGerman), "5. Januar 2025");
  EXPECT_EQ(say_as(kDate, "5 enero 2025", Language::kSpanish), "5 de enero de 2025");
  EXPECT_EQ(say_as(kDateMy, "12/1999", Language::kFrench), "décembre 1999");
  EXPECT_EQ(say_as(kCurrency, "EUR 5", Language::kItalian), "5 euro");
  EXPECT_EQ(say_as(kTime, "14:30", Language::kPortuguese), "14 e 30");
  EXPECT_EQ(say_as(kCardinal, "5", Language::kGerman), std::nullopt);
  EXPECT_EQ(say_as(kDateD, "3", Language::kGerman), "3.");
}

}  // namespace
}  // namespace antiphon::text::reading
