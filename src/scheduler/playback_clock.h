#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace antiphon::scheduler {

/// When a listener that plays at once runs dry. Fed with audio as it is rendered; a late piece is a stall (underrun)
/// and playback re-anchors behind it.
class PlaybackClock {
 public:
  /// `audio` more became available at `now`.
  void advance(base::Duration audio, base::TimePoint now) {
    if (!dry_at_) {
      if (!first_audio_at_) first_audio_at_ = now;
      dry_at_ = now + audio;
    } else if (now > *dry_at_) {
      const auto gap = now - *dry_at_;
      total_stall_ += gap;
      if (gap > worst_gap_) worst_gap_ = gap;
      dry_at_ = now + audio;
    } else {
      *dry_at_ += audio;
    }
    rendered_ += audio;
  }

  /// The listener has audio at least until `underrun_at`: it was not waiting for us.
  void excuse_until(base::TimePoint underrun_at) {
    if (dry_at_) dry_at_ = std::max(*dry_at_, underrun_at);
  }

  /// There is nothing to be heard for now, for no fault of ours: the next audio starts anew and counts as no stall.
  void pause() { dry_at_.reset(); }

  /// Whether something is to be heard: false before the first audio and after pause().
  [[nodiscard]] bool started() const { return dry_at_.has_value(); }
  /// The moment at which the listener has heard everything there is; nothing unless started().
  [[nodiscard]] std::optional<base::TimePoint> underrun_at() const { return dry_at_; }
  [[nodiscard]] std::optional<base::TimePoint> first_audio_at() const { return first_audio_at_; }
  [[nodiscard]] base::Duration rendered() const { return rendered_; }
  [[nodiscard]] base::Duration total_stall() const { return total_stall_; }
  [[nodiscard]] base::Duration worst_gap() const { return worst_gap_; }

 private:
  std::optional<base::TimePoint> dry_at_;
  std::optional<base::TimePoint> first_audio_at_;
  base::Duration rendered_{};
  base::Duration total_stall_{};
  base::Duration worst_gap_{};
};

}  // namespace antiphon::scheduler
