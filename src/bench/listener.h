#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace antiphon::bench {

/// What a listener hears that plays each sample as soon as it can be played, and never waits for more than that.
struct Hearing {
  base::Duration first_audio{};  ///< From the request to the first audio.
  base::Duration worst_gap{};    ///< The longest silence where audio was due.
  base::Duration total_stall{};  ///< All such silences.
  base::Duration audio{};        ///< What came.
  std::vector<float> gaps;       ///< Each such silence in seconds; the first 1,024.
  /// Of paced audio: the jitter of its arrival, in seconds, at each step of 0.4 s behind the lead but the first one;
  /// the first 4,096. It is the running estimate of RFC 3550, section 6.4.1: how much the time from a step's place in
  /// the audio to the arrival of its first sample differs from that of the step before, smoothed by a sixteenth. Steps
  /// of the audio stand for packets, since a stream of bytes may be cut anywhere.
  std::vector<float> jitters;
};

/// Plays audio as it comes in. After a gap playback goes on from there.
class Listener {
 public:
  /// `lead`: of paced audio, how much of it is sent before it is played.
  Listener(base::SampleRate rate, base::TimePoint asked, std::optional<base::Duration> lead = std::nullopt)
      : rate_(rate), asked_(asked), lead_(lead) {}

  /// `samples` came in at `now`, which never goes back. The end of the last is not an underrun.
  void receive(base::SampleCount samples, base::TimePoint now);

  [[nodiscard]] bool heard_anything() const { return samples_.value > 0; }
  /// When all that came so far will have been played.
  [[nodiscard]] base::TimePoint plays_until() const { return dry_at_; }
  [[nodiscard]] const Hearing& hearing() const { return hearing_; }

 private:
  static constexpr std::size_t kMostGaps = 1'024;
  static constexpr std::size_t kMostJitters = 4'096;
  /// Longer than the pieces of paced audio, so that their lengths are no jitter.
  static constexpr base::Duration kStep = std::chrono::milliseconds(400);

  /// The sample at `place` of the audio, where a step begins, came in at `now`.
  void note_jitter(base::Duration place, base::TimePoint now);

  base::SampleRate rate_;
  base::TimePoint asked_;
  std::optional<base::Duration> lead_;
  base::SampleCount samples_;
  base::TimePoint dry_at_;
  int steps_ = 0;                          ///< Number of steps of which jitter has heard.
  std::optional<base::Duration> transit_;  ///< Of the step before: from the request to its arrival, less its place.
  double jitter_ = 0;                      ///< In seconds.
  Hearing hearing_;
};

}  // namespace antiphon::bench
