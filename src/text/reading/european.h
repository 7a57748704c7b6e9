#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/reading/reading.h"
#include "text/reading/say_as.h"
#include "text/reading/source.h"

/// Inside text/reading only: money, times and dates in German, French, Spanish, Italian and Portuguese. Numbers stay
/// digits, which the phonemiser says as its language does. Pure, and bounded: each looks a few hundred bytes ahead.
namespace antiphon::text::reading::european {

/// Whether there are words of that language here.
[[nodiscard]] bool knows(Language language);

/// "3,50 €", "$5", "2 Mio. EUR"; "14:30 Uhr", "14h30"; "5.1.2025", "2025-01-05". REQUIRES: knows(language).
[[nodiscard]] std::optional<Match> match(const Source& source, std::size_t at, Language language);

/// The same of the whole of `written`, where it is one of them. REQUIRES: knows(language).
[[nodiscard]] std::optional<std::string> money_in(std::string_view written, Language language);
[[nodiscard]] std::optional<std::string> time_in(std::string_view written, Language language);
/// "5. Januar 2025", or as much of it as the date has. REQUIRES: knows(language).
[[nodiscard]] std::string words_of(const Date& date, Language language);
/// 1 to 12 for the name of a month, in any case of ASCII letters; 0 for what is none.
[[nodiscard]] std::uint64_t month_named(std::string_view word, Language language);

}  // namespace antiphon::text::reading::european
