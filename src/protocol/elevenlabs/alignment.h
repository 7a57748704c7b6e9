#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace antiphon::protocol::elevenlabs {

/// A place of a segment whose time is known: where a word starts or ends, in its text and in its audio.
struct Anchor {
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

/// The times of the text as the client wrote it, and as it was spoken.
struct Alignments {
  Alignment written;
  Alignment spoken;
};

/// The audio of a segment, silence at its end included. Times of all segments are rounded as one, so that they add up.
struct Interval {
  base::SampleRate rate;    ///< Not zero.
  base::SampleCount begin;  ///< Samples of all segments before it.
  base::SampleCount samples;
};

/// Spreads the characters of a segment over its audio: words start and end where `anchors` say, and the characters
/// between two anchors share their time. The first character starts with the segment, and the last one ends with it.
/// `anchors` ascend; offsets beyond the end count as the end. Times are from the begin of all segments on.
[[nodiscard]] Alignment align(std::string_view utf8, std::span<const Anchor> anchors, const Interval& interval);

}  // namespace antiphon::protocol::elevenlabs
