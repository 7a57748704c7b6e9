#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

#include "base/units.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "wire/message.h"
#include "worker_pool/stall_detector.h"
#include "worker_pool/task_queue.h"

namespace antiphon::remote {

class MonitoredWorker;

/// Judges the worker processes of this machine as the gateway does its own, which it sees better than a gateway
/// elsewhere does: by what their processes compute. One for all members of a link process, since it learns from one
/// worker's fault for the others. Lives on one event loop.
class StallMonitor {
 public:
  /// `clock` outlives it; `options` must be valid.
  StallMonitor(const runtime::Executor& executor, runtime::Clock& clock, const worker_pool::StallOptions& options);
  StallMonitor(const StallMonitor&) = delete;
  StallMonitor& operator=(const StallMonitor&) = delete;

  /// Judges every StallDetector::kInterval while one of them has something to do, until the calling task is cancelled.
  [[nodiscard]] runtime::Awaitable<> run();

 private:
  friend class MonitoredWorker;
  void judge();

  runtime::Clock& clock_;
  worker_pool::StallDetector judge_;
  std::map<base::WorkerId, MonitoredWorker*> workers_;
  std::uint64_t next_ = 1;
  runtime::Notifier work_;  ///< Somebody has something to do.
};

/// One worker process, from its start to its end: what it is asked for and what it answers.
class MonitoredWorker {
 public:
  /// Called at most once, when the worker is at fault; not from within the functions below.
  using OnStall = std::move_only_function<void(worker_pool::Stall)>;

  /// `watch` outlives it. The process must start before it is told anything.
  MonitoredWorker(StallMonitor& watch, pid_t pid, OnStall on_stall);
  ~MonitoredWorker();
  MonitoredWorker(const MonitoredWorker&) = delete;
  MonitoredWorker& operator=(const MonitoredWorker&) = delete;

  /// The gateway sends it this. False: it would have more than kMostTasks.
  [[nodiscard]] bool asked(const wire::Message& message);
  /// It sends this.
  void answered(const wire::Message& message);
  /// It is at its end, and not judged any more.
  void dismiss();
  /// Its answers are not taken, since the way to the gateway is full: that it does not go on is not its fault.
  void set_held_up(bool held_up) { held_up_ = held_up; }

  /// More than any gateway sends: a worker takes a few jobs, and refuses the next ones.
  static constexpr std::size_t kMostTasks = 4096;

 private:
  friend class StallMonitor;
  void add(std::uint64_t number, const worker_pool::StallDetector::Work& work);
  [[nodiscard]] base::Duration cpu() const;

  StallMonitor& watch_;
  base::WorkerId id_;
  pid_t pid_;
  OnStall on_stall_;
  worker_pool::TaskQueue tasks_;
  bool held_up_ = false;
};

}  // namespace antiphon::remote
