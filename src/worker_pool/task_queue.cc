#include "worker_pool/task_queue.h"

#include <algorithm>

namespace antiphon::worker_pool {

void TaskQueue::reset(base::WorkerId worker) {
  clear();
  worker_ = worker;
}

void TaskQueue::add(const Task& task, base::Duration cpu, base::TimePoint now) {
  tasks_.push_back(task);
  if (tasks_.size() == 1) begin_first(cpu, now);
}

void TaskQueue::add_before(std::uint64_t number, const Task& task, base::Duration cpu, base::TimePoint now) {
  const auto added = tasks_.insert(std::ranges::find(tasks_, number, &Task::number), task);
  if (added == tasks_.begin()) begin_first(cpu, now);
}

void TaskQueue::started(std::uint64_t number, base::Duration cpu, base::TimePoint now) {
  if (const auto* const task = find(number)) judge_->begin(worker_, task->work, cpu, now);
}

void TaskQueue::ended(std::uint64_t number, base::Duration cpu, base::TimePoint now) {
  const auto ended = std::erase_if(tasks_, [&](const Task& task) { return task.number == number; });
  if (ended > 0) begin_first(cpu, now);
}

void TaskQueue::clear() {
  tasks_.clear();
  judge_->end(worker_);
}

const TaskQueue::Task* TaskQueue::find(std::uint64_t number) const {
  const auto found = std::ranges::find(tasks_, number, &Task::number);
  return found == tasks_.end() ? nullptr : &*found;
}

std::size_t TaskQueue::jobs() const {
  return static_cast<std::size_t>(
      std::ranges::count(tasks_, StallDetector::Task::kJob, [](const Task& task) { return task.work.task; }));
}

void TaskQueue::begin_first(base::Duration cpu, base::TimePoint now) {
  if (tasks_.empty()) {
    judge_->end(worker_);
  } else {
    judge_->begin(worker_, tasks_.front().work, cpu, now);
  }
}

}  // namespace antiphon::worker_pool
