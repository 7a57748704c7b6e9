#include "text/reading/european_words.h"

#include <utility>

namespace antiphon::text::reading::european {
namespace {

// Longer signs come first.

constexpr std::array kGermanCurrencies = {Currency{"€", "EUR", "ein Euro", "Euro", "ein Cent", "Cent"},
                                          Currency{"US$", "USD", "ein US-Dollar", "US-Dollar", "ein Cent", "Cent"},
                                          Currency{"$", "", "ein Dollar", "Dollar", "ein Cent", "Cent"},
                                          Currency{"£", "GBP", "ein Pfund", "Pfund", "ein Penny", "Pence"},
                                          Currency{"¥", "JPY", "ein Yen", "Yen", "", ""},
                                          Currency{"Fr.", "CHF", "ein Franken", "Franken", "ein Rappen", "Rappen"}};
constexpr std::array kGermanMagnitudes = {Magnitude{"tsd.", "Tausend", "Tausend"},
                                          Magnitude{"tausend", "Tausend", "Tausend"},
                                          Magnitude{"mio.", "Million", "Millionen"},
                                          Magnitude{"millionen", "Million", "Millionen"},
                                          Magnitude{"million", "Million", "Millionen"},
                                          Magnitude{"mrd.", "Milliarde", "Milliarden"},
                                          Magnitude{"milliarden", "Milliarde", "Milliarden"},
                                          Magnitude{"milliarde", "Milliarde", "Milliarden"}};
constexpr Words kGerman = {.currencies = kGermanCurrencies,
                           .magnitudes = kGermanMagnitudes,
                           .of = "",
                           .and_part = "",
                           .names_parts = false,
                           .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August",
                                      "September", "Oktober", "November", "Dezember"},
                           .first = "",
                           .behind_day = ". ",
                           .before_year = " ",
                           .one_hour = "ein Uhr",
                           .hours = " Uhr",
                           .and_minutes = " ",
                           .full_hours = " Uhr",
                           .mark = "Uhr"};

constexpr std::array kFrenchCurrencies = {
    Currency{"€", "EUR", "un euro", "euros", "un centime", "centimes"},
    Currency{"US$", "USD", "un dollar américain", "dollars américains", "un cent", "cents"},
    Currency{"$", "", "un dollar", "dollars", "un cent", "cents"},
    Currency{"£", "GBP", "une livre", "livres", "un penny", "pence"},
    Currency{"¥", "JPY", "un yen", "yens", "", ""},
    Currency{"Fr.", "CHF", "un franc", "francs", "un centime", "centimes"}};
constexpr std::array kFrenchMagnitudes = {Magnitude{"k", "mille", "mille"},
                                          Magnitude{"millions", "million", "millions"},
                                          Magnitude{"million", "million", "millions"},
                                          Magnitude{"milliards", "milliard", "milliards"},
                                          Magnitude{"milliard", "milliard", "milliards"},
                                          Magnitude{"mds", "milliard", "milliards"},
                                          Magnitude{"md", "milliard", "milliards"},
                                          Magnitude{"m", "million", "millions"}};
constexpr Words kFrench = {.currencies = kFrenchCurrencies,
                           .magnitudes = kFrenchMagnitudes,
                           .of = "de ",
                           .elides = true,
                           .and_part = "",
                           .names_parts = false,
                           .months = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
                                      "septembre", "octobre", "novembre", "décembre"},
                           .first = "premier",
                           .behind_day = " ",
                           .before_year = " ",
                           .one_hour = "une heure",
                           .hours = " heures",
                           .and_minutes = " ",
                           .full_hours = " heures",
                           .mark = ""};

constexpr std::array kSpanishCurrencies = {
    Currency{"€", "EUR", "un euro", "euros", "un céntimo", "céntimos"},
    Currency{"US$", "USD", "un dólar estadounidense", "dólares estadounidenses", "un centavo", "centavos"},
    Currency{"$", "", "un dólar", "dólares", "un centavo", "centavos"},
    Currency{"£", "GBP", "una libra", "libras", "un penique", "peniques"},
    Currency{"¥", "JPY", "un yen", "yenes", "", ""},
    Currency{"Fr.", "CHF", "un franco", "francos", "un céntimo", "céntimos"}};
constexpr std::array kSpanishMagnitudes = {Magnitude{"mil", "mil", "mil"}, Magnitude{"millones", "millón", "millones"},
                                           Magnitude{"millón", "millón", "millones"},
                                           Magnitude{"mill.", "millón", "millones"},
                                           Magnitude{"m", "millón", "millones"}};
constexpr Words kSpanish = {.currencies = kSpanishCurrencies,
                            .magnitudes = kSpanishMagnitudes,
                            .of = "de ",
                            .and_part = "con ",
                            .names_parts = true,
                            .months = {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                                       "septiembre", "octubre", "noviembre", "diciembre"},
                            .first = "",
                            .behind_day = " de ",
                            .before_year = " de ",
                            .one_hour = "una hora",
                            .hours = "",
                            .and_minutes = " y ",
                            .full_hours = " horas",
                            .mark = "h"};

constexpr std::array kItalianCurrencies = {
    Currency{"€", "EUR", "un euro", "euro", "un centesimo", "centesimi"},
    Currency{"US$", "USD", "un dollaro americano", "dollari americani", "un centesimo", "centesimi"},
    Currency{"$", "", "un dollaro", "dollari", "un centesimo", "centesimi"},
    Currency{"£", "GBP", "una sterlina", "sterline", "un penny", "pence"},
    Currency{"¥", "JPY", "uno yen", "yen", "", ""},
    Currency{"Fr.", "CHF", "un franco", "franchi", "un centesimo", "centesimi"}};
constexpr std::array kItalianMagnitudes = {Magnitude{"mila", "mila", "mila"},
                                           Magnitude{"milioni", "milione", "milioni"},
                                           Magnitude{"milione", "milione", "milioni"},
                                           Magnitude{"mln", "milione", "milioni"},
                                           Magnitude{"miliardi", "miliardo", "miliardi"},
                                           Magnitude{"miliardo", "miliardo", "miliardi"},
                                           Magnitude{"mld", "miliardo", "miliardi"}};
constexpr Words kItalian = {.currencies = kItalianCurrencies,
                            .magnitudes = kItalianMagnitudes,
                            .of = "di ",
                            .and_part = "e ",
                            .names_parts = true,
                            .months = {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto",
                                       "settembre", "ottobre", "novembre", "dicembre"},
                            .first = "primo",
                            .behind_day = " ",
                            .before_year = " ",
                            .one_hour = "una",
                            .hours = "",
                            .and_minutes = " e ",
                            .full_hours = "",
                            .mark = ""};

constexpr std::array kPortugueseCurrencies = {
    Currency{"€", "EUR", "um euro", "euros", "um cêntimo", "cêntimos"},
    Currency{"R$", "BRL", "um real", "reais", "um centavo", "centavos"},
    Currency{"US$", "USD", "um dólar americano", "dólares americanos", "um centavo", "centavos"},
    Currency{"$", "", "um dólar", "dólares", "um centavo", "centavos"},
    Currency{"£", "GBP", "uma libra", "libras", "um péni", "pence"},
    Currency{"¥", "JPY", "um iene", "ienes", "", ""},
    Currency{"Fr.", "CHF", "um franco", "francos", "um cêntimo", "cêntimos"}};
constexpr std::array kPortugueseMagnitudes = {Magnitude{"mil", "mil", "mil"},
                                              Magnitude{"milhões", "milhão", "milhões"},
                                              Magnitude{"milhão", "milhão", "milhões"},
                                              Magnitude{"mi", "milhão", "milhões"},
                                              Magnitude{"bilhões", "bilhão", "bilhões"},
                                              Magnitude{"bilhão", "bilhão", "bilhões"},
                                              Magnitude{"bi", "bilhão", "bilhões"}};
constexpr Words kPortuguese = {.currencies = kPortugueseCurrencies,
                               .magnitudes = kPortugueseMagnitudes,
                               .of = "de ",
                               .and_part = "e ",
                               .names_parts = true,
                               .months = {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto",
                                          "setembro", "outubro", "novembro", "dezembro"},
                               .first = "primeiro",
                               .behind_day = " de ",
                               .before_year = " de ",
                               .one_hour = "uma hora",
                               .hours = "",
                               .and_minutes = " e ",
                               .full_hours = " horas",
                               .mark = "h"};

}  // namespace

const Words& words_in(Language language) {
  switch (language) {
    case Language::kGerman:
      return kGerman;
    case Language::kFrench:
      return kFrench;
    case Language::kSpanish:
      return kSpanish;
    case Language::kItalian:
      return kItalian;
    case Language::kPortuguese:
      return kPortuguese;
    case Language::kOther:
    case Language::kEnglish:
      break;
  }
  std::unreachable();
}

}  // namespace antiphon::text::reading::european
