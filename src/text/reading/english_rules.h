#pragma once

#include <optional>

#include "text/reading/source.h"

/// Inside text/reading only: the classes of what is written otherwise than it
/// is said, in American English. Each says what begins at a place, where no
/// word goes on; nothing where it knows nothing. Pure, and bounded: each looks
/// at most a few hundred bytes ahead.
namespace antiphon::text::reading::english {

/// "$49.95", "€5 million", "US$5-10", "5 USD", "20¢".
[[nodiscard]] std::optional<Match> money(const Source& source, std::size_t at);
/// "708 N 1st St, San City, CA 95051": house numbers, points of the compass, streets and states.
[[nodiscard]] std::optional<Match> address(const Source& source, std::size_t at);
/// "2025-01-05", "1/5/2025", "January 5, 2025", "5 Jan 2025", "Jan. 5th".
[[nodiscard]] std::optional<Match> date(const Source& source, std::size_t at);
/// "1908", "1990s", "'90s", "1914-18", where it is a year.
[[nodiscard]] std::optional<Match> year_number(const Source& source, std::size_t at);
/// "8:00", "14:30:05", "5 p.m.", "8-9 am".
[[nodiscard]] std::optional<Match> clock_time(const Source& source, std::size_t at);
/// "(555) 123-4567", "+1 555 123 4567", "911" behind "call".
[[nodiscard]] std::optional<Match> telephone(const Source& source, std::size_t at);
/// "ZIP 90210", "CA 94105-1234", "code 1234", "007", "1.2.3", "192.168.0.1",
/// "123-45-6789".
[[nodiscard]] std::optional<Match> identifier(const Source& source, std::size_t at);
/// "5 km", "50%", "-5 °C", "6'2\"", "1920x1080", "60 km/h".
[[nodiscard]] std::optional<Match> measure(const Source& source, std::size_t at);
/// "1/2", "1 1/2", "½", "24/7".
[[nodiscard]] std::optional<Match> fraction_sign(const Source& source, std::size_t at);
/// "1st", "22nd".
[[nodiscard]] std::optional<Match> ordinal_number(const Source& source, std::size_t at);
/// "10-20", "3–2".
[[nodiscard]] std::optional<Match> range(const Source& source, std::size_t at);
/// "1,234", "3.14", "-5", "5 million", "10x".
[[nodiscard]] std::optional<Match> plain_number(const Source& source, std::size_t at);
/// "World War II", "Henry VIII", "Chapter IV".
[[nodiscard]] std::optional<Match> roman(const Source& source, std::size_t at);
/// "B B B B", which espeak-ng says three times only.
[[nodiscard]] std::optional<Match> repeated_letters(const Source& source, std::size_t at);
/// "Mt. Everest", "No. 5", "e.g.", "vs.".
[[nodiscard]] std::optional<Match> abbreviation(const Source& source, std::size_t at);
/// "B2B", "t2000", "25d08A", "2Q22".
[[nodiscard]] std::optional<Match> serial(const Source& source, std::size_t at);
/// "a.b@example.com", "example.org/path", "report.pdf", "file:///a/b.txt".
[[nodiscard]] std::optional<Match> host_name(const Source& source, std::size_t at);
/// "and/or", "TCP/IP", "upgrade/update", "1795 / 1805".
[[nodiscard]] std::optional<Match> slash(const Source& source, std::size_t at);
/// "#5", "2 + 2 = 4", "x²", "10⁻³", "H₂O", "≤", "C++", and signs that stand alone.
[[nodiscard]] std::optional<Match> sign(const Source& source, std::size_t at);

}  // namespace antiphon::text::reading::english
