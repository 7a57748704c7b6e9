#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

#include "wire/message.h"

namespace antiphon::worker {

using Job = std::variant<wire::LoadVoice, wire::UnloadVoice, wire::PlanJob, wire::RenderJob>;
using Clock = std::chrono::steady_clock;

/// Hands jobs from the thread that reads the socket to the one that computes. Any thread, but for what takes jobs out:
/// one thread does.
class JobQueue {
 public:
  /// `capacity`: plan and render jobs that may wait. What a job needs its voice loaded for is not counted among them.
  explicit JobQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Voices to load and to unload that may wait.
  static constexpr std::size_t kMostVoiceChanges = 1024;

  struct Taken {
    Job job;
    Clock::time_point received;  ///< When it was pushed.
    bool cancelled = false;      ///< It was cancelled while it waited.
  };

  /// False = the queue is full and the job was not taken.
  [[nodiscard]] bool push(Job job);

  /// Waits for the next job; nullopt = closed. It is under way until it is finished().
  [[nodiscard]] std::optional<Taken> pop();
  /// The next job, if there is one and `fits(taken)`; it does not wait. A plan that does not fit is overtaken.
  template <class Fits>
  [[nodiscard]] std::optional<Taken> pop_if(const Fits& fits) {
    const std::lock_guard lock(mutex_);
    for (auto next = jobs_.begin(); next != jobs_.end(); ++next) {
      if (fits(*next)) return take(next);
      if (!std::holds_alternative<wire::PlanJob>(next->job)) break;
    }
    return std::nullopt;
  }
  /// Waits for a job to be pushed or cancelled, for the queue to close, or for the time.
  void wait_for_news(Clock::time_point until);
  /// A plan or render job that was taken is not under way any more.
  void finished(std::uint64_t job);

  /// Marks a plan or render job that waits or is under way; any other number is ignored.
  void cancel(std::uint64_t job);

  /// Whether a job that is under way was cancelled since it was taken, or the queue was closed.
  [[nodiscard]] bool should_stop(std::uint64_t job) const;

  /// Drops what waits; pop() returns nullopt from now on.
  void close();
  [[nodiscard]] bool closed() const;

  [[nodiscard]] std::size_t waiting() const;

 private:
  /// Under the lock.
  [[nodiscard]] Taken take(std::deque<Taken>::iterator next);

  const std::size_t capacity_;
  std::size_t voice_changes_ = 0;  ///< Number of voice changes that wait.
  mutable std::mutex mutex_;
  std::condition_variable news_;
  std::uint64_t events_ = 0;  ///< What wait_for_news() waits for.
  std::uint64_t heard_ = 0;   ///< Number of them, when a job was last taken or news waited for.
  std::deque<Taken> jobs_;
  std::map<std::uint64_t, bool> under_way_;  ///< Whether each was cancelled.
  bool closed_ = false;
};

}  // namespace antiphon::worker
