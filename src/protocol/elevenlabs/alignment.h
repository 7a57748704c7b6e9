#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace antiphon::protocol::elevenlabs {

/// Where a word of a segment starts: in its text and in its audio.
struct WordStart {
  std::size_t text_offset = 0;  ///< Bytes.
  base::SampleCount audio_offset;
};

/// When each character of a text is spoken. The three lists are of one length; times do not fall, and each character
/// lasts until the next one starts.
struct Alignment {
  std::vector<std::string> characters;  ///< One code point each.
  std::vector<std::uint32_t> starts_ms;
  std::vector<std::uint32_t> durations_ms;
};

/// Spreads the characters of a segment over its audio of `samples`, silence at its end included: words start where
/// the plan says, and the characters of a word share its time. `words` ascend; offsets beyond the end count as the
/// end. `rate` is not zero. Times are from the segment's start, as clients add up the segments themselves.
[[nodiscard]] Alignment align(std::string_view utf8, std::span<const WordStart> words, base::SampleRate rate,
                              base::SampleCount samples);

}  // namespace antiphon::protocol::elevenlabs
