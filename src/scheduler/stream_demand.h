#pragma once

#include <vector>

#include "base/time.h"
#include "scheduler/cell_costs.h"
#include "scheduler/demand.h"
#include "scheduler/options.h"
#include "scheduler/records.h"
#include "scheduler/stream_table.h"
#include "scheduler/types.h"
#include "scheduler/worker_table.h"

namespace antiphon::scheduler {

/// What the streams were promised at some moment.
struct Promised {
  std::vector<DemandLine> lines;
  DemandCurve curve;
};

/// What streams are promised of the workers' time, and what there is of it. Pure; not thread-safe.
class StreamDemand {
 public:
  /// All must outlive it.
  StreamDemand(const Options& options, const WorkerTable& workers, const CellCosts& costs)
      : options_(options), workers_(workers), costs_(costs) {}

  /// Returns what all these streams are promised.
  [[nodiscard]] std::vector<DemandLine> of(const StreamTable& streams, base::TimePoint now) const;
  /// Returns what a stream would be promised that is let in now.
  [[nodiscard]] std::vector<DemandLine> of(const StreamSpec& newcomer, base::TimePoint now) const;
  /// The same as of(streams, now), and its sum.
  [[nodiscard]] Promised promised(const StreamTable& streams, base::TimePoint now) const;
  /// Returns what can be promised.
  [[nodiscard]] Supply supply(base::TimePoint now) const;

 private:
  void append(const records::Stream& stream, base::TimePoint now, std::vector<DemandLine>& lines) const;

  const Options& options_;
  const WorkerTable& workers_;
  const CellCosts& costs_;
};

}  // namespace antiphon::scheduler
