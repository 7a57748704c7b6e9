#pragma once

#include <cstdint>
#include <map>

#include "base/time.h"
#include "scheduler/cost_estimator.h"
#include "scheduler/cost_model.h"
#include "scheduler/next_job.h"
#include "scheduler/options.h"
#include "scheduler/types.h"
#include "scheduler/worker_table.h"

namespace antiphon::scheduler {

/// What jobs cost on the workers that there are: a mean where they are of several devices. Pure; not thread-safe.
class CellCosts {
 public:
  /// Both must outlive it.
  CellCosts(const Options& options, const WorkerTable& workers) : options_(options), workers_(workers) {}

  /// What was learnt from jobs.
  [[nodiscard]] CostBook& book() { return book_; }
  [[nodiscard]] const CostBook& book() const { return book_; }

  /// A stream of the voice began with a grain that long. A longer one than before counts at once, a shorter one bit by
  /// bit.
  void saw_start(VoiceId voice, base::Duration grain);

  /// Returns what the voice takes of the workers' time while all are busy.
  [[nodiscard]] CostModel cost(VoiceId voice) const { return mean(&CostBook::model, voice); }
  /// Returns what it takes on workers of that device alone.
  [[nodiscard]] CostModel cost(VoiceId voice, DeviceId device) const;
  /// Returns how long the voice's jobs take meanwhile: the same where workers do one job at once.
  [[nodiscard]] CostModel pace(VoiceId voice) const { return mean(&CostBook::pace, voice); }

  /// Returns how many times as long as usual the voice's renders take now, in the mean of the workers.
  [[nodiscard]] double slowness(VoiceId voice) const;

  /// Returns the audio that a started stream must hold: scheduler::startup_buffer(), and no less than streams of the
  /// voice begin with, since a grain cannot be cut.
  [[nodiscard]] base::Duration startup_buffer(VoiceId voice) const;
  /// Returns the worker time of a typical start.
  [[nodiscard]] base::Duration start_cost(VoiceId voice) const;
  /// Returns how long a start takes whose first segment is that long. The same where workers do one job at once.
  [[nodiscard]] base::Duration start_time(VoiceId voice, base::Duration first_segment = kTypicalSegment) const;

 private:
  using ModelOf = CostModel (CostBook::*)(const CostKey&) const;
  /// Returns what a worker does in the mean.
  [[nodiscard]] CostModel mean(ModelOf model, VoiceId voice) const;

  const Options& options_;
  const WorkerTable& workers_;
  CostBook book_;
  std::map<VoiceId, base::Duration> starts_;  ///< First grains of streams.
};

}  // namespace antiphon::scheduler
