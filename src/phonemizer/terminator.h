#pragma once

#include <cstdint>
#include <string_view>

namespace antiphon::phonemizer {

/// Whether espeak-ng stopped reading before the end of the text or at it.
enum class Stop : std::uint8_t { kWithin, kAtEnd };

/// The mark that ended a clause, from the text that espeak-ng read for it: one of . , ? ! ; : or 0. Within the text
/// espeak-ng has read one character beyond the mark and the space after it. The library does not report the mark
/// (piper-tts has a patched one which does), so this repeats how it reads: of several marks in a row the first counts,
/// three dots are an ellipsis, and marks of scripts without spaces are none.
[[nodiscard]] char32_t terminator_of(std::u32string_view consumed, Stop stop);

}  // namespace antiphon::phonemizer
