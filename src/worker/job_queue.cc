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
    const bool changes_voice = !cancellable(job);
    if (changes_voice ? voice_changes_ >= kMostVoiceChanges : jobs_.size() - voice_changes_ >= capacity_) return false;
    if (!closed_ && changes_voice) ++voice_changes_;
    if (!closed_) jobs_.push_back({.job = std::move(job), .received = Clock::now()});
    ++events_;
  }
  news_.notify_one();
  return true;
}

std::optional<JobQueue::Taken> JobQueue::pop() {
  std::unique_lock lock(mutex_);
  news_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
  if (closed_) return std::nullopt;
  return take(jobs_.begin());
}

JobQueue::Taken JobQueue::take(std::deque<Taken>::iterator next) {
  auto taken = std::move(*next);
  jobs_.erase(next);
  if (const auto number = cancellable(taken.job)) {
    under_way_.emplace(*number, false);
  } else {
    --voice_changes_;
  }
  heard_ = events_;
  return taken;
}

void JobQueue::wait_for_news(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  news_.wait_until(lock, until, [this] { return closed_ || events_ != heard_; });
  heard_ = events_;
}

void JobQueue::finished(std::uint64_t job) {
  const std::lock_guard lock(mutex_);
  under_way_.erase(job);
}

void JobQueue::cancel(std::uint64_t job) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = under_way_.find(job); found != under_way_.end()) found->second = true;
    for (auto& waiting : jobs_) {
      if (cancellable(waiting.job) == job) waiting.cancelled = true;
    }
    ++events_;
  }
  news_.notify_one();
}

bool JobQueue::should_stop(std::uint64_t job) const {
  const std::lock_guard lock(mutex_);
  const auto found = under_way_.find(job);
  return closed_ || (found != under_way_.end() && found->second);
}

void JobQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    jobs_.clear();
  }
  news_.notify_all();
}

bool JobQueue::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::size_t JobQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace antiphon::worker
