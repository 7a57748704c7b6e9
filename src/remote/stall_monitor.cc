#include "remote/stall_monitor.h"

#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "process/usage.h"
#include "runtime/log.h"

namespace antiphon::remote {
namespace {

using worker_pool::StallDetector;

/// The start of a process counts as a loading; the gateway's own numbers begin at 1.
constexpr std::uint64_t kStart = 0;

}  // namespace

StallMonitor::StallMonitor(const runtime::Executor& executor, runtime::Clock& clock,
                           const worker_pool::StallOptions& options)
    : clock_(clock), judge_(options), work_(executor) {}

runtime::Awaitable<> StallMonitor::run() {
  for (;;) {
    while (judge_.idle()) {
      if (!co_await work_.wait()) co_return;
    }
    if (!co_await runtime::sleep_for(clock_, StallDetector::kInterval)) co_return;
    judge();
  }
}

void StallMonitor::judge() {
  std::vector<StallDetector::Reading> readings;
  for (const auto& [id, worker] : workers_) {
    const bool runnable = worker->held_up_ || process::is_runnable(worker->pid_);
    readings.push_back({.worker = id, .cpu = worker->cpu(), .runnable = runnable});
  }
  for (const auto& verdict : judge_.judge(readings, clock_.now())) {
    const auto found = workers_.find(verdict.worker);
    if (found == workers_.end()) continue;
    runtime::log_error("worker_stalled", {{"pid", found->second->pid_},
                                          {"why", worker_pool::name_of(verdict.stall)},
                                          {"after_s", base::to_seconds(verdict.after)},
                                          {"job", found->second->tasks_.first()}});
    if (auto on_stall = std::exchange(found->second->on_stall_, nullptr)) on_stall(verdict.stall);
  }
}

MonitoredWorker::MonitoredWorker(StallMonitor& watch, pid_t pid, OnStall on_stall)
    : watch_(watch), id_{watch.next_++}, pid_(pid), on_stall_(std::move(on_stall)), tasks_(watch.judge_) {
  tasks_.reset(id_);
  watch_.workers_.emplace(id_, this);
}

MonitoredWorker::~MonitoredWorker() {
  dismiss();
  watch_.workers_.erase(id_);
}

bool MonitoredWorker::asked(const wire::Message& message) {
  if (tasks_.size() >= kMostTasks) return false;
  std::visit(
      [this]<class Body>(const Body& body) {
        if constexpr (std::is_same_v<Body, wire::Hello>) {
          add(kStart, {.task = StallDetector::Task::kLoad});
        } else if constexpr (std::is_same_v<Body, wire::LoadVoice>) {
          add(body.job, {.task = StallDetector::Task::kLoad});
        } else if constexpr (requires { body.wall_p95_us; }) {
          add(body.job, {.wall_p95 = base::from_microseconds(body.wall_p95_us),
                         .cpu_p95 = base::from_microseconds(body.cpu_p95_us)});
        }
      },
      message);
  return true;
}

void MonitoredWorker::answered(const wire::Message& message) {
  std::visit(
      [this]<class Body>(const Body& body) {
        const auto now = watch_.clock_.now();
        if constexpr (std::is_same_v<Body, wire::Ready>) {
          tasks_.ended(kStart, cpu(), now);
        } else if constexpr (std::is_same_v<Body, wire::Started>) {
          tasks_.started(body.job, cpu(), now);
        } else if constexpr (std::is_same_v<Body, wire::GrainDone>) {
          tasks_.progressed(now);
        } else if constexpr (requires { body.job; }) {
          tasks_.ended(body.job, cpu(), now);
        }
      },
      message);
}

void MonitoredWorker::dismiss() { tasks_.clear(); }

void MonitoredWorker::add(std::uint64_t number, const StallDetector::Work& work) {
  tasks_.add({.number = number, .work = work}, cpu(), watch_.clock_.now());
  watch_.work_.notify_all();
}

base::Duration MonitoredWorker::cpu() const { return process::cpu_time(pid_).value_or(base::Duration{}); }

}  // namespace antiphon::remote
