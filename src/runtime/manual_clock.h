#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>

#include "runtime/clock.h"

namespace antiphon::runtime {

/// A clock that stands still until a test moves it. One thread only.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(base::TimePoint start = base::TimePoint(std::chrono::seconds(1))) : now_(start) {}

  [[nodiscard]] base::TimePoint now() const noexcept override { return now_; }
  [[nodiscard]] std::unique_ptr<Timer> start_timer(Executor executor, base::TimePoint when,
                                                   std::move_only_function<void()> expired) override;

  /// Moves the time and posts every timer that became due, in the order of their times. The test then runs the
  /// executor. A timer started at or before now() is due at once.
  void advance(base::Duration by);

  /// When the next timer is due; nullopt: none runs.
  [[nodiscard]] std::optional<base::TimePoint> next_due() const {
    return timers_->empty() ? std::nullopt : std::optional(timers_->begin()->first);
  }
  [[nodiscard]] std::size_t pending() const { return timers_->size(); }

 private:
  struct Entry;
  class ManualTimer;
  using Timers = std::multimap<base::TimePoint, std::shared_ptr<Entry>>;

  base::TimePoint now_;
  std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();  // timers may outlive the clock at the end of a test
};

}  // namespace antiphon::runtime
