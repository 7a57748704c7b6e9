#pragma once

#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/cell_costs.h"
#include "scheduler/cost_estimator.h"
#include "scheduler/load_monitor.h"
#include "scheduler/options.h"
#include "scheduler/stream_queue.h"
#include "scheduler/stream_table.h"
#include "scheduler/types.h"
#include "scheduler/worker_table.h"

namespace antiphon::scheduler {

/// Selects the next job: which stream's, what it does, and on which worker. Pure; not thread-safe.
class JobSelector {
 public:
  /// What it looks at; all of it must outlive it.
  struct Sources {
    const Options& options;
    const WorkerTable& workers;
    const StreamTable& streams;
    const StreamQueue& queue;
    const CellCosts& costs;
    const LoadMonitor& load;
  };
  struct Selection {
    base::StreamId stream;
    base::WorkerId worker;
    JobKind kind = JobKind::kPlan;
  };

  explicit JobSelector(const Sources& sources) : from_(sources) {}

  /// Returns what is dispatched next, or nullopt while no stream is ready or no worker has room for it.
  [[nodiscard]] std::optional<Selection> next(base::TimePoint now) const;
  /// Returns on what the cost of the selected job depends.
  [[nodiscard]] CostKey cost_key(const Selection& selected) const;
  /// Returns the selected job: what exactly it does, and what it is expected to take. `cost` is its cost_key().
  [[nodiscard]] Dispatch describe(const Selection& selected, base::JobId id, const CostKey& cost,
                                  base::TimePoint now) const;

 private:
  /// Returns the most urgent chunk that a worker has room for.
  [[nodiscard]] std::optional<Selection> next_chunk() const;
  /// Sets which grains of the stream the job renders, and returns their audio.
  base::Duration set_grains(const records::Stream& stream, const CostKey& cost, base::TimePoint now,
                            Dispatch& job) const;

  Sources from_;
};

}  // namespace antiphon::scheduler
