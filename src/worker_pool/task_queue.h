#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/time.h"
#include "base/units.h"
#include "worker_pool/stall_detector.h"

namespace antiphon::worker_pool {

/// The jobs and loadings that one worker process has, in the order in which it does them. Tells the judge which of them
/// it is at. Pure: the process' time and the clock's are arguments. Not thread-safe.
class TaskQueue {
 public:
  struct Task {
    std::uint64_t number = 0;
    StallDetector::Work work;
    base::SampleRate rate{};  ///< Rate of the audio that it makes; not looked at here.
  };

  /// Of no process yet. `judge` outlives it.
  explicit TaskQueue(StallDetector& judge) : judge_(&judge) {}

  /// A process of that name, which has nothing to do, takes the place of the one before.
  void reset(base::WorkerId worker);
  /// Behind all that it has. `cpu`: what the process has used, here and below.
  void add(const Task& task, base::Duration cpu, base::TimePoint now);
  /// The same, but ahead of that number, or behind all if it is not there.
  void add_before(std::uint64_t number, const Task& task, base::Duration cpu, base::TimePoint now);
  /// The worker says that it begins this one now. A number that is not there is ignored.
  void started(std::uint64_t number, base::Duration cpu, base::TimePoint now);
  /// A part of what it is at is done.
  void progressed(base::TimePoint now) { judge_->progress(worker_, now); }
  /// It is done, or failed; the first of those that are left begins. A number that is not there is ignored.
  void ended(std::uint64_t number, base::Duration cpu, base::TimePoint now);
  /// It does nothing any more, or is gone.
  void clear();

  /// Null: there is none of that number.
  [[nodiscard]] const Task* find(std::uint64_t number) const;
  /// The one that it is at, or 0.
  [[nodiscard]] std::uint64_t first() const { return tasks_.empty() ? 0 : tasks_.front().number; }
  /// Of all tasks those that are jobs.
  [[nodiscard]] std::size_t jobs() const;
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  [[nodiscard]] bool empty() const { return tasks_.empty(); }

 private:
  void begin_first(base::Duration cpu, base::TimePoint now);

  StallDetector* judge_;
  base::WorkerId worker_;
  std::deque<Task> tasks_;
};

}  // namespace antiphon::worker_pool
