#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <variant>

#include "wire/message.h"

namespace antiphon::worker {

using Job = std::variant<wire::LoadVoice, wire::UnloadVoice, wire::PlanJob, wire::RenderJob>;

/// Hands jobs from the thread that reads the socket to the one that computes, in order. Any thread.
class JobQueue {
 public:
  explicit JobQueue(std::size_t capacity) : capacity_(capacity) {}

  struct Taken {
    Job job;
    bool cancelled = false;  ///< It was cancelled while it waited.
  };

  /// False = the queue is full and the job was not taken.
  [[nodiscard]] bool push(Job job);

  /// Waits for the next job, which is the current one until the next call; nullopt = closed.
  [[nodiscard]] std::optional<Taken> pop();

  /// Marks a waiting or the current plan or render job; any other number is ignored.
  void cancel(std::uint64_t job);

  /// Whether the current job was cancelled since it was taken, or the queue was closed.
  [[nodiscard]] bool should_stop() const;

  /// Drops what waits; pop() returns nullopt from now on.
  void close();

  [[nodiscard]] std::size_t waiting() const;

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Taken> jobs_;
  std::optional<std::uint64_t> current_;  ///< The number of the plan or render job that runs.
  bool cancelled_ = false;                ///< Speaks of current_.
  bool closed_ = false;
};

}  // namespace antiphon::worker
