#include "worker/job_queue.h"

#include <utility>

namespace antiphon::worker {
namespace {

/// The number by which a job can be cancelled; voices are always loaded to the end.
std::optional<std::uint64_t> cancellable(const Job& job) {
  if (const auto* plan = std::get_if<wire::PlanJob>(&job)) return plan->job;
  if (const auto* render = std::get_if<wire::RenderJob>(&job)) return render->job;
  return std::nullopt;
}

}  // namespace

bool JobQueue::push(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= capacity_) return false;
    if (!closed_) jobs_.push_back({.job = std::move(job)});
  }
  news_.notify_one();
  return true;
}

std::optional<JobQueue::Taken> JobQueue::pop() {
  std::unique_lock lock(mutex_);
  current_.reset();
  cancelled_ = false;
  news_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
  if (closed_) return std::nullopt;
  auto taken = std::move(jobs_.front());
  jobs_.pop_front();
  current_ = cancellable(taken.job);
  return taken;
}

void JobQueue::cancel(std::uint64_t job) {
  const std::lock_guard lock(mutex_);
  if (current_ == job) cancelled_ = true;
  for (auto& waiting : jobs_) {
    if (cancellable(waiting.job) == job) waiting.cancelled = true;
  }
}

bool JobQueue::should_stop() const {
  const std::lock_guard lock(mutex_);
  return cancelled_ || closed_;
}

void JobQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    jobs_.clear();
  }
  news_.notify_all();
}

std::size_t JobQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace antiphon::worker
