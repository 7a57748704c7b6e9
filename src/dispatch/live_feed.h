#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/admission.h"
#include "scheduler/types.h"

namespace antiphon::dispatch {

/// A job that a worker has done.
struct LiveJob {
  base::StreamId stream;
  base::WorkerId worker;
  scheduler::JobKind kind = scheduler::JobKind::kPlan;
  base::TimePoint begin;      ///< When the worker was heard to begin it.
  base::Duration duration{};  ///< From then until its end was heard.
  base::Duration audio{};     ///< Audio that was planned or rendered.
};

/// A request that was not let in.
struct LiveRefusal {
  base::TimePoint at;
  std::string_view reason;  ///< As /metrics has it; of static storage.
  base::Duration retry_after{};
};

/// The reason's name, as /metrics has it.
[[nodiscard]] std::string_view name_of(scheduler::RefusalReason reason);

/// The entries that were added last, numbered from 0 in the order of their coming. At most `kMost` are kept: the oldest
/// one makes room.
template <class T, std::size_t kMost>
class LatestEntries {
 public:
  void add(T entry) {
    if (entries_.size() == kMost) entries_.pop_front();
    entries_.push_back(std::move(entry));
    ++added_;
  }
  /// Number of entries that were ever added.
  [[nodiscard]] std::uint64_t added() const { return added_; }
  /// Returns those from number `first` on that are still there, oldest first.
  [[nodiscard]] std::vector<T> from(std::uint64_t first) const {
    const auto news = static_cast<std::size_t>(added_ - first);
    const auto count = news < entries_.size() ? news : entries_.size();
    return {entries_.end() - static_cast<std::ptrdiff_t>(count), entries_.end()};
  }

 private:
  std::deque<T> entries_;
  std::uint64_t added_ = 0;
};

/// What has happened lately, for those that watch. Nothing is kept while there is no Reader: an event costs a
/// comparison then. On the event loop.
class LiveFeed {
 public:
  static constexpr std::size_t kMostJobs = 400;
  static constexpr std::size_t kMostRefusals = 100;

  /// Reads what happens from its construction on. The feed outlives it.
  class Reader {
   public:
    explicit Reader(LiveFeed& feed) : feed_(feed), jobs_(feed.jobs_.added()), refusals_(feed.refusals_.added()) {
      ++feed_.readers_;
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { --feed_.readers_; }

    /// Return what came since the last call; of more than kMostJobs and kMostRefusals the latest ones.
    [[nodiscard]] std::vector<LiveJob> take_jobs();
    [[nodiscard]] std::vector<LiveRefusal> take_refusals();

   private:
    LiveFeed& feed_;
    std::uint64_t jobs_;
    std::uint64_t refusals_;
  };

  [[nodiscard]] bool is_read() const { return readers_ > 0; }
  void add(const LiveJob& job) {
    if (is_read()) jobs_.add(job);
  }
  void add(const LiveRefusal& refusal) {
    if (is_read()) refusals_.add(refusal);
  }

 private:
  LatestEntries<LiveJob, kMostJobs> jobs_;
  LatestEntries<LiveRefusal, kMostRefusals> refusals_;
  std::size_t readers_ = 0;
};

}  // namespace antiphon::dispatch
