#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/units.h"

namespace antiphon::fleet {

/// The jobs and loadings that a worker was given and has not ended yet, in the order in which it was given them.
class SentTasks {
 public:
  enum class Kind : std::uint8_t { kLoad, kJob };
  struct Task {
    std::uint64_t number = 0;
    Kind kind = Kind::kJob;
    base::SampleRate rate{};  ///< Rate of the audio that a job makes.
  };

  void add(const Task& task) { tasks_.push_back(task); }
  /// A number that is not there is ignored.
  void ended(std::uint64_t number) {
    std::erase_if(tasks_, [number](const Task& task) { return task.number == number; });
  }
  void clear() { tasks_.clear(); }

  /// Returns null if there is none of that number.
  [[nodiscard]] const Task* find(std::uint64_t number) const {
    const auto found = std::ranges::find(tasks_, number, &Task::number);
    return found == tasks_.end() ? nullptr : &*found;
  }
  /// Returns the number of the oldest one, or 0.
  [[nodiscard]] std::uint64_t first() const { return tasks_.empty() ? 0 : tasks_.front().number; }
  /// Number of those that are jobs.
  [[nodiscard]] std::size_t jobs() const {
    return static_cast<std::size_t>(std::ranges::count(tasks_, Kind::kJob, &Task::kind));
  }
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  [[nodiscard]] bool empty() const { return tasks_.empty(); }

 private:
  std::deque<Task> tasks_;
};

}  // namespace antiphon::fleet
