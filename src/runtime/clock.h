#pragma once

#include <functional>
#include <memory>

#include "base/time.h"
#include "runtime/awaitable.h"

namespace antiphon::runtime {

/// A running timer. Destroying it on its executor's thread stops it: the callback is not called afterwards.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;
};

/// Where time comes from. Everything that waits takes one, so that tests run on a ManualClock.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual base::TimePoint now() const noexcept = 0;

  /// Calls `expired` once on `executor`, never inline, at or after `when`. Call from the executor's thread.
  [[nodiscard]] virtual std::unique_ptr<Timer> start_timer(Executor executor, base::TimePoint when,
                                                           std::move_only_function<void()> expired) = 0;
};

/// CLOCK_MONOTONIC.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] base::TimePoint now() const noexcept override;
  [[nodiscard]] std::unique_ptr<Timer> start_timer(Executor executor, base::TimePoint when,
                                                   std::move_only_function<void()> expired) override;
};

/// True when `when` was reached, false when the calling task was cancelled before.
Awaitable<bool> sleep_until(Clock& clock, base::TimePoint when);
Awaitable<bool> sleep_for(Clock& clock, base::Duration duration);

}  // namespace antiphon::runtime
