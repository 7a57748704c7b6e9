#pragma once

#include "base/time.h"
#include "scheduler/cell_costs.h"
#include "scheduler/job_table.h"
#include "scheduler/options.h"
#include "scheduler/stream_demand.h"
#include "scheduler/stream_queue.h"
#include "scheduler/stream_table.h"
#include "scheduler/types.h"
#include "scheduler/worker_table.h"

namespace antiphon::scheduler {

/// How long a newcomer will wait. Pure; not thread-safe.
class Predictions {
 public:
  /// What they are made from; all of it must outlive them.
  struct Sources {
    const Options& options;
    const WorkerTable& workers;
    const StreamTable& streams;
    const StreamQueue& queue;
    const JobTable& jobs;
    const CellCosts& costs;
    const StreamDemand& demand;
  };

  explicit Predictions(const Sources& sources) : from_(sources) {}

  /// Returns how long a stream of `voice` that is let in now is expected to wait for its first audio: what the queue
  /// has before it, shared among the workers, and its own start.
  [[nodiscard]] base::Duration first_audio(VoiceId voice, base::TimePoint now) const;
  /// Returns how long a typical stream that came now would wait to be let in; kLongestWait means that long or longer.
  [[nodiscard]] base::Duration admission_wait(base::TimePoint now) const;
  static constexpr base::Duration kLongestWait = std::chrono::seconds(10);

 private:
  Sources from_;
};

}  // namespace antiphon::scheduler
