#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"

namespace antiphon::audio {

/// How far a listener is behind one who plays at once: for how much longer audio has waited for him than what he took
/// of it lasts. What he takes faster than he hears it he may hear first, and time in which nothing waits for him puts
/// him no farther behind. Pure.
class Lag {
 public:
  /// While audio waits for him that is there from `since` on, which is not before the last took(). Negative: he is
  /// ahead.
  [[nodiscard]] base::Duration at(base::TimePoint since, base::TimePoint now) const { return now - due(since); }

  /// At `now` he has taken `audio`, which was there from `since` on.
  void took(base::Duration audio, base::TimePoint since, base::TimePoint now) {
    heard_at_ = due(since) + audio;
    taken_at_ = now;
    worst_ = std::max(worst_, now - heard_at_);
  }

  /// The farthest that he was behind after he took something.
  [[nodiscard]] base::Duration worst() const { return worst_; }

 private:
  /// When one who plays at once would take what is there from `since` on, in the time of who is as far behind.
  [[nodiscard]] base::TimePoint due(base::TimePoint since) const {
    if (!taken_at_) return since;
    if (heard_at_ > *taken_at_) return std::max(heard_at_, since);
    return heard_at_ + (since - *taken_at_);
  }

  base::TimePoint heard_at_{};  ///< When one who plays at once would have heard what was taken.
  std::optional<base::TimePoint> taken_at_;
  base::Duration worst_{};
};

}  // namespace antiphon::audio
