#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "worker_pool/options.h"

namespace antiphon::worker_pool {

/// Why a worker is at fault.
enum class Stall : std::uint8_t {
  kNoProgress,  ///< Late, and its process does not compute.
  kOverdone,    ///< Late, and it has really computed for much longer than such a job takes.
  kLate,        ///< Late, by KillRule::kWall.
  kLimit,       ///< No grain for StallOptions::job_limit.
  kLoad,        ///< Not loaded within StallOptions::load_limit.
};

[[nodiscard]] std::string_view name_of(Stall stall);

/// Finds the workers whose jobs do not end. Pure: readings and time are arguments. Not thread-safe.
///
/// A job is late when it takes more than twice what 95 % of its kind take. A late worker is at fault when its process
/// used no processor for a while although it could have, or has used more than twice what such jobs use; one that only
/// was not let run by a busy machine is not. Where more than half of the workers are late at once it is the estimate
/// that is at fault, and it is raised for a while; only what makes no progress for five times as long is killed then.
/// It is raised, too, when one is killed that computes, so that jobs
/// which have become dearer do not cost all workers their lives, one after another. Time in which the judge itself was
/// not asked is nobody's fault.
class StallDetector {
 public:
  /// `options` must be valid.
  explicit StallDetector(const StallOptions& options) : options_(options) {}

  /// What a worker has to do.
  enum class Task : std::uint8_t { kLoad, kJob };
  struct Work {
    Task task = Task::kJob;
    base::Duration wall_p95{};  ///< What 95 % of such jobs take; zero: not known yet.
    base::Duration cpu_p95{};   ///< The same in processor time; zero: not known.
  };
  /// How far a worker's process has come.
  struct Reading {
    base::WorkerId worker;
    base::Duration cpu{};   ///< Processor time it has used, since whenever.
    bool runnable = false;  ///< It would compute if the machine let it; or, of a process elsewhere, its link lives.
  };

  /// The worker begins this, and nothing else.
  void begin(base::WorkerId worker, const Work& work, base::Duration cpu, base::TimePoint now);
  /// A part of it is done.
  void progress(base::WorkerId worker, base::TimePoint now);
  /// It does nothing any more, or is gone.
  void end(base::WorkerId worker) { tasks_.erase(worker); }

  struct Verdict {
    base::WorkerId worker;
    Stall stall = Stall::kLate;
    base::Duration after{};  ///< Since it began.
  };
  /// The workers to be killed. `readings`: of every live worker, at work or not. Call it every `kInterval` while one is
  /// at work.
  [[nodiscard]] std::vector<Verdict> judge(std::span<const Reading> readings, base::TimePoint now);

  /// By what the estimates are multiplied at present; 1 unless most workers were late.
  [[nodiscard]] double raised() const { return raised_; }
  /// How often they were raised.
  [[nodiscard]] std::uint64_t raises() const { return raises_; }
  [[nodiscard]] bool idle() const { return tasks_.empty(); }

  static constexpr base::Duration kInterval = std::chrono::milliseconds(25);

 private:
  struct Doing {
    Work work;
    base::TimePoint begun;
    base::TimePoint progress;  ///< When the last part was done.
    base::Duration cpu_begun{};
    base::Duration cpu_seen{};
    base::TimePoint computed;  ///< When it was last seen to have computed, or could not.
  };

  /// What a job of which 95 % take `p95` may take.
  [[nodiscard]] base::Duration limit(base::Duration p95) const;
  [[nodiscard]] bool late(const Doing& doing, base::TimePoint now) const;
  [[nodiscard]] std::optional<Stall> fault(const Doing& doing, bool most_are_late, base::TimePoint now) const;
  void forgive_pause(base::TimePoint now);
  void observe(const Reading& reading, base::TimePoint now);
  /// `doubtful`: the estimates may be too low.
  void adapt(bool doubtful, base::TimePoint now);

  StallOptions options_;
  std::map<base::WorkerId, Doing> tasks_;
  std::optional<base::TimePoint> judged_;
  std::optional<base::TimePoint> adapted_;
  double raised_ = 1;
  std::uint64_t raises_ = 0;
};

}  // namespace antiphon::worker_pool
