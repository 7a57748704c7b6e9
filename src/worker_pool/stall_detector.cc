#include "worker_pool/stall_detector.h"

#include <algorithm>
#include <utility>

namespace antiphon::worker_pool {
namespace {

/// Processor time that is no progress: of a thread that only answers that it is there.
constexpr base::Duration kIdleCpu = std::chrono::microseconds(500);
/// Where most are late, what makes no progress is given so many windows.
constexpr int kPatience = 5;
constexpr double kRaise = 1.5;
constexpr double kMostRaised = 8;
/// How often the estimates are raised or lowered, and by what they are lowered.
constexpr base::Duration kAdapt = std::chrono::milliseconds(500);
constexpr double kLower = 0.95;

base::Duration times(base::Duration duration, double factor) {
  return base::from_seconds(base::to_seconds(duration) * factor);
}

}  // namespace

std::string_view name_of(Stall stall) {
  switch (stall) {
    case Stall::kNoProgress:
      return "no_progress";
    case Stall::kOverdone:
      return "overdone";
    case Stall::kLate:
      return "late";
    case Stall::kLimit:
      return "limit";
    case Stall::kLoad:
      return "load";
  }
  std::unreachable();
}

void StallDetector::begin(base::WorkerId worker, const Work& work, base::Duration cpu, base::TimePoint now) {
  if (tasks_.empty()) judged_ = now;
  tasks_.insert_or_assign(
      worker, Doing{.work = work, .begun = now, .progress = now, .cpu_begun = cpu, .cpu_seen = cpu, .computed = now});
}

void StallDetector::progress(base::WorkerId worker, base::TimePoint now) {
  if (const auto it = tasks_.find(worker); it != tasks_.end()) it->second.progress = now;
}

std::vector<StallDetector::Verdict> StallDetector::judge(std::span<const Reading> readings, base::TimePoint now) {
  forgive_pause(now);
  for (const auto& reading : readings) observe(reading, now);
  const auto late_ones = static_cast<std::size_t>(
      std::ranges::count_if(tasks_, [&](const auto& entry) { return late(entry.second, now); }));
  const bool most_are_late = late_ones >= 2 && 2 * late_ones > readings.size();
  std::vector<Verdict> verdicts;
  for (const auto& [worker, doing] : tasks_) {
    if (const auto stall = fault(doing, most_are_late, now)) {
      verdicts.push_back({.worker = worker, .stall = *stall, .after = now - doing.begun});
    }
  }
  const bool overdone = std::ranges::count(verdicts, Stall::kOverdone, &Verdict::stall) > 0;
  adapt(most_are_late || overdone, now);
  for (const auto& verdict : verdicts) end(verdict.worker);
  return verdicts;
}

bool StallDetector::late(const Doing& doing, base::TimePoint now) const {
  if (doing.work.task == Task::kLoad || doing.work.wall_p95 <= base::Duration::zero()) return false;
  return now - doing.begun > limit(doing.work.wall_p95);
}

base::Duration StallDetector::limit(base::Duration p95) const {
  return std::max(options_.floor, times(p95, options_.factor * raised_));
}

std::optional<Stall> StallDetector::fault(const Doing& doing, bool most_are_late, base::TimePoint now) const {
  if (doing.work.task == Task::kLoad) {
    return now - doing.begun > options_.load_limit ? std::optional(Stall::kLoad) : std::nullopt;
  }
  if (now - doing.progress > options_.job_limit) return Stall::kLimit;
  if (!late(doing, now)) return std::nullopt;
  if (options_.rule == KillRule::kWall) return Stall::kLate;
  if (now - doing.computed >= options_.window * (most_are_late ? kPatience : 1)) return Stall::kNoProgress;
  if (most_are_late || doing.work.cpu_p95 <= base::Duration::zero()) return std::nullopt;
  return doing.cpu_seen - doing.cpu_begun > limit(doing.work.cpu_p95) ? std::optional(Stall::kOverdone) : std::nullopt;
}

void StallDetector::forgive_pause(base::TimePoint now) {
  const auto since = now - std::exchange(judged_, now).value_or(now);
  if (since <= 2 * kInterval) return;
  const auto pause = since - kInterval;
  for (auto& [worker, doing] : tasks_) {
    doing.begun = std::min(now, doing.begun + pause);
    doing.progress = std::min(now, doing.progress + pause);
    doing.computed = std::min(now, doing.computed + pause);
  }
}

void StallDetector::observe(const Reading& reading, base::TimePoint now) {
  const auto it = tasks_.find(reading.worker);
  if (it == tasks_.end()) return;
  Doing& doing = it->second;
  if (!reading.runnable && reading.cpu - doing.cpu_seen < kIdleCpu) return;
  doing.cpu_seen = reading.cpu;
  doing.computed = now;
}

void StallDetector::adapt(bool doubtful, base::TimePoint now) {
  if (adapted_ && now - *adapted_ < kAdapt) return;
  if (doubtful) {
    raised_ = std::min(kMostRaised, raised_ * kRaise);
    ++raises_;
    adapted_ = now;
  } else if (raised_ > 1) {
    raised_ = std::max(1.0, raised_ * kLower);
    adapted_ = now;
  }
}

}  // namespace antiphon::worker_pool
