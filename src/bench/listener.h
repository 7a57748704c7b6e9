#pragma once

#include <cstdint>

#include "base/time.h"
#include "base/units.h"

namespace antiphon::bench {

/// What a listener hears that plays each sample as soon as it can be played, and never waits for more than that.
struct Hearing {
  base::Duration first_audio{};  ///< From the request to the first audio.
  base::Duration worst_gap{};    ///< The longest silence where audio was due.
  base::Duration total_stall{};  ///< All such silences.
  base::Duration audio{};        ///< What came.
};

/// Plays audio as it comes in. After a gap playback goes on from there.
class Listener {
 public:
  Listener(base::SampleRate rate, base::TimePoint asked) : rate_(rate), asked_(asked) {}

  /// `samples` came in at `now`, which never goes back. The end of the last is not an underrun.
  void receive(base::SampleCount samples, base::TimePoint now);

  [[nodiscard]] bool heard_anything() const { return samples_.value > 0; }
  /// When all that came so far will have been played.
  [[nodiscard]] base::TimePoint plays_until() const { return dry_at_; }
  [[nodiscard]] Hearing hearing() const;

 private:
  base::SampleRate rate_;
  base::TimePoint asked_;
  base::SampleCount samples_;
  base::TimePoint dry_at_;
  Hearing hearing_;
};

}  // namespace antiphon::bench
