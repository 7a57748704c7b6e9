#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>

#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/event.h"

namespace antiphon::runtime {

/// The parent of coroutines: each one spawned here is joined here. Make it the last member of its owner. One event
/// loop's thread only. It must be empty when it is destroyed; the destructor checks that.
class TaskGroup {
 public:
  explicit TaskGroup(const Executor& executor);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// Starts `task` (its first step runs from the event loop or at once, when called on it). An exception that leaves
  /// it is logged as `task_failed` and ends only this task. False, and the task never starts, after cancel().
  bool spawn(Awaitable<> task);

  /// Asks all tasks to end and refuses new ones. Idempotent. Outside of the event loop's own run, the tasks are asked
  /// when it runs next.
  void cancel();

  /// Returns when no task is left. When the caller is cancelled meanwhile, its tasks are, and it still waits.
  Awaitable<> join();

  [[nodiscard]] std::size_t size() const { return tasks_->size(); }
  [[nodiscard]] bool cancelled() const { return cancelled_; }

 private:
  using Tasks = std::list<boost::asio::cancellation_signal>;

  Executor executor_;
  std::shared_ptr<Tasks> tasks_;  ///< Shared with a cancellation that waits for the event loop.
  Notifier empty_;
  bool cancelled_ = false;
};

/// Runs `work` until `deadline` and then cancels it; returns when it has ended. True when it ended by itself.
Awaitable<bool> run_until(Clock& clock, base::TimePoint deadline, Awaitable<> work);

}  // namespace antiphon::runtime
