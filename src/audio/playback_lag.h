#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace antiphon::audio {

/// How far a listener is behind one that plays at once: the time for which audio has been available to it, less the
/// duration of what it took. What a listener takes faster than it plays counts as ahead, and time in which no audio
/// waits puts it no farther behind. Pure.
class PlaybackLag {
 public:
  /// Returns the lag at `now` while audio waits that is there from `since` on, which is not before the last took(). A
  /// negative value means that the listener is ahead.
  [[nodiscard]] base::Duration at(base::TimePoint since, base::TimePoint now) const { return now - due(since); }

  /// At `now` the listener has taken `audio`, which was there from `since` on.
  void took(base::Duration audio, base::TimePoint since, base::TimePoint now) {
    heard_at_ = due(since) + audio;
    taken_at_ = now;
    worst_ = std::max(worst_, now - heard_at_);
  }

  /// Returns the largest lag that the listener had after it took something.
  [[nodiscard]] base::Duration worst() const { return worst_; }

 private:
  /// Returns when a listener that is as far behind, but plays at once, would take what is there from `since` on.
  [[nodiscard]] base::TimePoint due(base::TimePoint since) const {
    if (!taken_at_) return since;
    if (heard_at_ > *taken_at_) return std::max(heard_at_, since);
    return heard_at_ + (since - *taken_at_);
  }

  base::TimePoint heard_at_{};  ///< When a listener that plays at once would have heard what was taken.
  std::optional<base::TimePoint> taken_at_;
  base::Duration worst_{};
};

}  // namespace antiphon::audio
