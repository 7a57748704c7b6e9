#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/fair_queue.h"
#include "scheduler/options.h"
#include "scheduler/records.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// The streams that are ready for a job, in the order of Options::policy. Pure; not thread-safe.
///
/// Order of Policy::kFair: the earliest due first (Liu and Layland 1973, on playback time). A started stream is due at
/// its latest start: the moment its listener runs dry, less guard and the longest job. A stream that has not started is
/// due at its start tag plus start_slack; start tags of one account are spaced by what a start costs, so that a burst
/// does not crowd out streams that play. When a start is due, the accounts that wait take turns, and within one its
/// users (see FairQueue): while two accounts of equal weight wait, or two users of one account, one has begun at most
/// one start more than the other. Only a start that would be heard too late otherwise goes before its turn. What is
/// planned is begun before anything else is planned. A stream is never parked for being ahead.
class StreamQueue {
 public:
  /// `options` must outlive the queue.
  explicit StreamQueue(const Options& options) : options_(options) {}

  /// The stream is ready for a job. `served` is the worker time that its user has had. A stream that is queued already
  /// gets a new place.
  void enqueue(records::Stream& stream, base::Duration served);
  /// The stream is not ready any more. A stream that is not queued is ignored.
  void dequeue(records::Stream& stream);
  /// The stream, which must be queued, gets a job and is dequeued. Its first job begins it and takes its account's and
  /// its user's turns.
  void begin(records::Stream& stream);
  /// Forgets the turns of a user, unless a start of the user waits.
  void forget(const Member& member) { turns_.forget(member); }

  /// Returns the stream whose turn it is, or nullopt if none is ready.
  [[nodiscard]] std::optional<base::StreamId> next(base::TimePoint now) const;
  [[nodiscard]] bool empty() const { return ready_.empty() && start_dues_.empty(); }
  /// Calls `visit` with the key of each stream, the most urgent first, until it returns false.
  template <class Visit>
  void each(const Visit& visit) const;
  /// Returns when the stream is due, in the unit of the policy.
  [[nodiscard]] std::int64_t due(const records::Stream& stream) const;

 private:
  void enqueue_start(records::Stream& stream);
  void dequeue_start(records::Stream& stream);
  /// Returns when a stream that has not started must begin to be heard in time, or nullopt if that is not promised.
  [[nodiscard]] std::optional<base::TimePoint> latest_start(const records::Stream& stream) const;

  const Options& options_;
  std::set<records::Key> ready_;  ///< Streams that have started; with other policies than kFair, all.
  // Streams that have not started, with Policy::kFair:
  std::set<records::Key> start_dues_;                                    ///< All of them, by when they are due.
  std::set<std::pair<base::TimePoint, base::StreamId>> start_promises_;  ///< All of them, by latest_start().
  std::set<std::pair<double, base::StreamId>> begun_;                    ///< Those that were begun, by their turns.
  FairQueue<ByTurns> turns_;                                             ///< Those that were not.
};

template <class Visit>
void StreamQueue::each(const Visit& visit) const {
  auto start = start_dues_.begin();
  auto ready = ready_.begin();
  while (start != start_dues_.end() || ready != ready_.end()) {
    const bool is_start = start != start_dues_.end() && (ready == ready_.end() || *start < *ready);
    if (!visit(is_start ? *start++ : *ready++)) return;
  }
}

}  // namespace antiphon::scheduler
