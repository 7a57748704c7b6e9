#pragma once

#include <cstddef>

#include "base/time.h"
#include "scheduler/degradation.h"
#include "scheduler/demand.h"
#include "scheduler/options.h"
#include "scheduler/stream_queue.h"
#include "scheduler/stream_table.h"

namespace antiphon::scheduler {

/// How loaded the cell is, read about ten times a second. Pure; not thread-safe.
class LoadMonitor {
 public:
  /// All must outlive it.
  LoadMonitor(const Options& options, const StreamTable& streams, const StreamQueue& queue)
      : options_(options), streams_(streams), queue_(queue) {}

  /// Returns whether it is time to read the load again.
  [[nodiscard]] bool is_due(base::TimePoint now) const;
  /// Reads the load. `promised` is what all streams are promised at `now`.
  void read(const DemandCurve& promised, base::TimePoint now);
  /// A request did not fit.
  void note_refusal(base::TimePoint now) { degradation_.refused(now); }

  [[nodiscard]] const DegradationController& degradation() const { return degradation_; }
  /// Share of what can be promised that is asked for; 1 is all.
  [[nodiscard]] double load() const { return load_; }
  /// Number of streams that could get jobs when the load was read, at least 1.
  [[nodiscard]] std::size_t busy_streams() const;

 private:
  /// Returns by how much the stream is late that is late the most.
  [[nodiscard]] base::Duration lateness(base::TimePoint now) const;

  const Options& options_;
  const StreamTable& streams_;
  const StreamQueue& queue_;
  DegradationController degradation_;
  double load_ = 0;
  base::TimePoint read_at_{};
  std::size_t resting_ = 0;  ///< Number of streams that could not get jobs.
};

}  // namespace antiphon::scheduler
