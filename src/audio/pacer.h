#pragma once

#include <optional>

#include "base/time.h"

namespace antiphon::audio {

/// Real-time pacing: a listener that plays at once has at most `lead` of audio that it has not played yet. So a
/// listener that interrupts has made us send, and compute, little in vain. Pure.
class Pacer {
 public:
  explicit Pacer(base::Duration lead) : lead_(lead) {}

  /// When the next piece may be sent; not before `now`.
  [[nodiscard]] base::TimePoint next(base::TimePoint now) const {
    if (!dry_at_) return now;
    const auto when = *dry_at_ - lead_;
    return when > now ? when : now;
  }

  /// A piece of `audio` is sent at `now`. Playback that had run dry begins anew.
  void sent(base::Duration audio, base::TimePoint now) {
    dry_at_ = (dry_at_ && *dry_at_ > now ? *dry_at_ : now) + audio;
  }

 private:
  base::Duration lead_;
  std::optional<base::TimePoint> dry_at_;  ///< When the listener has heard all that was sent.
};

}  // namespace antiphon::audio
