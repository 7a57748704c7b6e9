#pragma once

#include <boost/asio/steady_timer.hpp>

#include "runtime/awaitable.h"

namespace antiphon::runtime {

/// Wakes the tasks that wait, like a condition variable: the waiter checks its condition again. One event loop's
/// thread only. Must outlive its waiters.
class Notifier {
 public:
  explicit Notifier(const Executor& executor) : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  void notify_all() { timer_.cancel(); }
  /// True after a notification (or for no reason), false when the calling task is cancelled.
  Awaitable<bool> wait();
  /// Returns after a notification, for no reason, or at the moment in which the calling task is cancelled.
  Awaitable<> wait_even_if_cancelled();

  [[nodiscard]] Executor executor() { return timer_.get_executor(); }

 private:
  boost::asio::steady_timer timer_;
};

/// A flag that tasks can wait for. One event loop's thread only. Must outlive its waiters.
class Event {
 public:
  explicit Event(const Executor& executor) : notifier_(executor) {}

  void set() {
    set_ = true;
    notifier_.notify_all();
  }
  void reset() { set_ = false; }
  [[nodiscard]] bool is_set() const { return set_; }
  /// True once set, false when the calling task is cancelled before.
  Awaitable<bool> wait();

  [[nodiscard]] Executor executor() { return notifier_.executor(); }

 private:
  Notifier notifier_;
  bool set_ = false;
};

}  // namespace antiphon::runtime
