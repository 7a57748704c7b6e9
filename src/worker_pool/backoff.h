#pragma once

#include <algorithm>

#include "base/time.h"

namespace antiphon::worker_pool {

/// When to start a process again that keeps ending: at once at first, then after a pause that doubles to a cap. A
/// process that lived long enough counts as healthy, and the pauses begin anew. Pure: the time is an argument.
class Backoff {
 public:
  struct Options {
    base::Duration first = std::chrono::milliseconds(100);  ///< The first pause that is not zero; above 0.
    base::Duration cap = std::chrono::seconds(10);          ///< The longest pause; at least `first`.
    base::Duration healthy_after = std::chrono::seconds(10);
  };

  Backoff() = default;
  explicit Backoff(Options options) : options_(options) {}

  /// The process was started at `now`.
  void started(base::TimePoint now) { started_ = now; }

  /// The process ended, or could not be started, at `now`. Returns how long to wait before the next start.
  [[nodiscard]] base::Duration ended(base::TimePoint now) {
    if (now - started_ >= options_.healthy_after) pause_ = base::Duration::zero();
    const auto wait = pause_;
    pause_ = wait == base::Duration::zero() ? options_.first : std::min(options_.cap, 2 * wait);
    return wait;
  }

 private:
  Options options_;
  base::TimePoint started_;
  base::Duration pause_{};
};

}  // namespace antiphon::worker_pool
