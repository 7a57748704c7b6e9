#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/options.h"
#include "scheduler/records.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// The workers: which jobs and voices each has, and which one gets the next job. Changes of workers that are not known
/// are ignored unless stated otherwise. Pure; not thread-safe.
class WorkerTable {
 public:
  explicit WorkerTable(Placement placement) : placement_(placement) {}

  /// See Scheduler::add_worker(). The id must be new.
  void add(base::WorkerId worker, std::uint32_t depth, DeviceId device, std::uint32_t places);
  /// See Scheduler::set_depth().
  void set_depth(base::WorkerId worker, std::uint32_t depth);
  void voice_loaded(base::WorkerId worker, VoiceId voice);
  void voice_unloaded(base::WorkerId worker, VoiceId voice);
  /// The worker cannot load the voice and gets no job of it.
  void voice_lacking(base::WorkerId worker, VoiceId voice);
  /// The worker gets no more jobs.
  void retire(base::WorkerId worker);
  /// Returns what was known of the worker, or nullopt if it is not known.
  std::optional<records::Worker> remove(base::WorkerId worker);

  /// The worker, which must be known, has one more job.
  void begin_job(base::WorkerId worker, base::JobId job, JobKind kind);
  /// The job, which it has, ended at `now`.
  void end_job(base::WorkerId worker, base::JobId job, JobKind kind, base::TimePoint now);

  /// Returns the worker that gets a job of the stream, by Options::placement, or nullopt if none has room for it.
  [[nodiscard]] std::optional<base::WorkerId> place(const records::Stream& stream, JobKind kind) const;
  /// Returns whether a worker with more than one place has room: while it makes its plan, it may still take chunks.
  [[nodiscard]] bool has_room_for_chunks() const;

  /// The worker must be known.
  [[nodiscard]] const records::Worker& at(base::WorkerId worker) const { return workers_.at(worker); }
  [[nodiscard]] std::size_t jobs_of(base::WorkerId worker) const;
  /// Number of workers that get jobs.
  [[nodiscard]] std::size_t size() const { return workers_.size() - retiring_; }
  /// The same, but at least 1.
  [[nodiscard]] std::uint32_t count() const;
  /// Number of render jobs that these have under way at once.
  [[nodiscard]] std::uint32_t places() const { return places_; }
  /// Number of workers that have a job.
  [[nodiscard]] std::uint32_t busy() const;
  [[nodiscard]] bool any_idle() const;
  /// Number of workers of each device, those that retire included.
  [[nodiscard]] const std::map<DeviceId, std::uint32_t>& devices() const { return devices_; }

 private:
  /// The smallest is the best.
  using Rank = std::tuple<std::size_t, std::size_t, std::size_t, base::WorkerId>;
  [[nodiscard]] Rank rank(const records::Stream& stream, base::WorkerId id, const records::Worker& worker) const;
  [[nodiscard]] records::Worker* find(base::WorkerId worker);

  Placement placement_;
  std::map<base::WorkerId, records::Worker> workers_;
  std::map<DeviceId, std::uint32_t> devices_;
  std::size_t retiring_ = 0;    ///< Number of workers that get no more jobs.
  std::uint32_t places_ = 0;    ///< Places of those that get jobs.
  base::WorkerId placed_last_;  ///< Worker that got the last job.
};

}  // namespace antiphon::scheduler
