#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "text/reading/reading.h"

/// Inside text/reading only: the words of each language that european.h reads.
namespace antiphon::text::reading::european {

struct Currency {
  std::string_view sign;
  std::string_view code;
  std::string_view one;   ///< With its article: "ein Euro".
  std::string_view many;  ///< "Euro"
  std::string_view one_part;
  std::string_view many_parts;  ///< Empty where amounts have no parts.
};

/// "Mio." and "Millionen" are read as the same.
struct Magnitude {
  std::string_view written;  ///< In small letters.
  std::string_view one;
  std::string_view many;
};

struct Words {
  std::span<const Currency> currencies;
  std::span<const Magnitude> magnitudes;
  std::string_view of;        ///< Between a magnitude and its currency.
  bool elides = false;        ///< That is "d'" before a vowel.
  std::string_view and_part;  ///< Between an amount and its parts.
  bool names_parts = true;    ///< "con 50 céntimos" rather than "50".

  std::array<std::string_view, 12> months;
  std::string_view first;        ///< The first day of a month; empty where it is a day as others.
  std::string_view behind_day;   ///< "5. Januar", "5 de enero"
  std::string_view before_year;  ///< "enero de 2025"

  std::string_view one_hour;     ///< "ein Uhr"
  std::string_view hours;        ///< What is said behind the hour.
  std::string_view and_minutes;  ///< Between the hour and the minutes.
  std::string_view full_hours;   ///< Behind an hour without minutes.
  std::string_view mark;         ///< What stands behind a time and is not said again, such as "Uhr"; may be empty.
};

/// REQUIRES: the language is German, French, Spanish, Italian or Portuguese.
[[nodiscard]] const Words& words_in(Language language);

}  // namespace antiphon::text::reading::european
