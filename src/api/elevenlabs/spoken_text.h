#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "dispatch/speech_stream.h"
#include "protocol/elevenlabs/alignment.h"
#include "text/original_text.h"

namespace antiphon::api::elevenlabs {

/// Follows the text of a stream beside its audio: where its segments begin, and when their characters are heard, those
/// that were spoken and those that the client wrote. On the event loop.
class SpokenText {
 public:
  /// What the times of an alignment count from.
  enum class Origin : std::uint8_t {
    kSegment,  ///< Its first segment; a space follows each segment that was spoken, as clients join the characters.
    kStream,   ///< The begin of the audio; the last segment has no space.
  };

  /// `output`: the rate of the samples that are counted here.
  SpokenText(base::SampleRate output, Origin origin) : output_(output), origin_(origin) {}

  /// More of the text as the client wrote it, before it is planned.
  void wrote(std::string_view utf8) { original_.append(utf8); }
  /// The same of what is read as `joined`: with spaces around it that the client did not write.
  void wrote(std::string_view utf8, std::string_view joined);
  /// Whose segments they are: before anything of `stream` is planned. It outlives this one.
  void follow(dispatch::SpeechStream& stream);
  /// Learns what was planned since the last time.
  void update();
  /// Where the first segment begins that begins after `place` and was not taken; nothing where none is known.
  [[nodiscard]] std::optional<std::uint64_t> next_begin(std::uint64_t place) const;
  /// Those of the segments that begin before `until`, one after the other; nothing where there is none.
  [[nodiscard]] std::optional<protocol::elevenlabs::Alignments> take(std::uint64_t until);
  /// What the client wrote behind all that is spoken, at the end of the audio; nothing where it wrote no more. After
  /// the last audio.
  [[nodiscard]] std::optional<protocol::elevenlabs::Alignments> take_rest();

 private:
  /// A segment that was not taken yet, and where it begins in the output.
  struct Upcoming {
    protocol::elevenlabs::Alignments alignments;
    std::uint64_t begin = 0;
  };

  [[nodiscard]] protocol::elevenlabs::Alignments align(const dispatch::PlannedSegment& segment);
  [[nodiscard]] protocol::elevenlabs::Alignment align_spoken(const dispatch::PlannedSegment& segment) const;
  [[nodiscard]] protocol::elevenlabs::Alignment align_written(const dispatch::PlannedSegment& segment,
                                                              const text::OriginalText::Piece& piece) const;
  [[nodiscard]] protocol::elevenlabs::Alignment placed(std::string_view text,
                                                       std::span<const protocol::elevenlabs::Anchor> anchors,
                                                       base::SampleCount samples) const;

  base::SampleRate output_;
  Origin origin_;
  dispatch::SpeechStream* stream_ = nullptr;
  text::OriginalText original_;
  std::string unspoken_;  ///< Written before the next segment, and in none that is heard; OriginalText::kMostBytes.
  std::deque<Upcoming> upcoming_;  ///< Bounded with the audio: the segments of what waits.
  std::uint64_t planned_ = 0;      ///< Samples of all segments so far, at the voice's own rate.
};

/// Appends `more`, whose times are `later_ms` after those of `first`.
void append(protocol::elevenlabs::Alignments& first, protocol::elevenlabs::Alignments more, std::uint32_t later_ms);

}  // namespace antiphon::api::elevenlabs
