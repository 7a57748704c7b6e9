#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/commands.h"
#include "coordinator/costly_texts.h"
#include "coordinator/events.h"
#include "coordinator/options.h"
#include "scheduler/scheduler.h"
#include "worker_pool/pool.h"
#include "worker_pool/stall_detector.h"
#include "worker_pool/task_queue.h"

namespace antiphon::coordinator {

/// The workers of a Coordinator: tells the scheduler of those that take jobs, keeps what each of them has to do, has
/// the pool decide how many there are and the stall judge which of them is killed. Pure; not thread-safe.
class WorkerRoster {
 public:
  /// `options` must be valid. `scheduler` and `commands`, to which it appends, outlive it.
  WorkerRoster(const Options& options, scheduler::Scheduler& scheduler, std::vector<Command>& commands);

  // What happened to workers. Reports about workers and processes that are not there any more are ignored.

  void handle(const WorkerConnected& event, base::TimePoint now);
  void handle(const LoadBegan& event, base::TimePoint now);
  void handle(const LoadEnded& event, base::TimePoint now);
  void handle(const WorkerReady& event, base::TimePoint now);
  void handle(const WorkerNotSpawned& event, base::TimePoint now);
  void handle(const WorkerFaulty& event, base::TimePoint now);
  void handle(const WorkerEnded& event, base::TimePoint now);
  void handle(const RemoteJoined& event, base::TimePoint now);
  void handle(const RemoteRetires& event, base::TimePoint now);
  void handle(const RemoteLost& event, base::TimePoint now);
  void handle(const VoiceLoaded& event, base::TimePoint now);
  void handle(const VoiceUnloaded& event, base::TimePoint now);
  void handle(const VoiceLacking& event, base::TimePoint now);
  void handle(const LinkMeasured& event, base::TimePoint now);
  void handle(const RoundTripMeasured& event, base::TimePoint now);
  void handle(const FaultsReset& event, base::TimePoint now);
  void handle(const MemoryMeasured& event, base::TimePoint now);
  void handle(const ResidentMeasured& event, base::TimePoint now);

  // What happened to their jobs. A job that is not known is ignored.

  /// Returns what is expected of the job; see Dispatch::work. `text_share`: by how much more text than usual it may
  /// have.
  [[nodiscard]] worker_pool::StallDetector::Work dispatched(const scheduler::Dispatch& job, double text_share,
                                                            base::TimePoint now);
  void started(const JobStarted& event, base::TimePoint now);
  void progressed(base::JobId job, base::TimePoint now);
  void ended(base::JobId job, base::Duration cpu, base::TimePoint now);
  /// The job's worker has planned a text.
  void planned(base::JobId job);

  /// How much is asked for.
  struct Demand {
    std::uint64_t refusals = 0;        ///< Number of requests that were refused for want of capacity.
    std::uint64_t spare_requests = 0;  ///< See AdmissionController::spare_requests().
  };
  /// Does what the pool decides now.
  void ask_pool(const Demand& demand, base::TimePoint now);
  /// Lets spares whose takeover has ended take jobs, and kills what has stalled.
  void tick(std::span<const worker_pool::StallDetector::Reading> readings, base::TimePoint now);

  /// Returns whether the pool is to be asked, since a worker has come or gone since this was asked last.
  [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }
  /// Returns whether a worker has begun to take jobs since this was asked last.
  [[nodiscard]] bool take_joined() { return std::exchange(joined_, false); }
  /// Returns when tick() is to be called next, or nullopt while nothing goes on.
  [[nodiscard]] std::optional<base::TimePoint> next_tick() const;
  /// Returns whether tick() judges the workers at this time.
  [[nodiscard]] bool judges(base::TimePoint now) const;
  [[nodiscard]] const worker_pool::Pool& pool() const { return pool_; }
  [[nodiscard]] const worker_pool::StallDetector& judge() const { return judge_; }
  [[nodiscard]] const CostlyTexts& costly_texts() const { return texts_; }

 private:
  using SlotIndex = worker_pool::SlotIndex;
  struct Member {
    Worker worker;
    std::optional<SlotIndex> slot;  ///< nullopt: the worker is on another machine.
    worker_pool::TaskQueue tasks;
    bool takes_jobs = false;
    bool retires = false;                        ///< Whether a worker of another machine wants no more jobs.
    base::Duration cpu{};                        ///< Processor time that its process was last known to have used.
    std::optional<base::Duration> round_trip{};  ///< See RoundTripMeasured.
  };
  struct Job {
    base::WorkerId worker;
    base::StreamId stream;
    TextId text = kNoText;  ///< Known once the worker has begun to plan it.
  };
  struct Process {
    std::optional<base::WorkerId> worker;  ///< nullopt before it is connected, and once it is gone or killed.
    worker_pool::Blame blame = worker_pool::Blame::kSlot;  ///< For its end.
  };
  struct Takeover {
    base::TimePoint at;
    SlotIndex slot = 0;
    worker_pool::Cause cause = worker_pool::Cause::kLost;
  };

  /// Returns the member, which is a new one unless it has connected before.
  Member& add(const Worker& worker, std::optional<SlotIndex> slot);
  /// Gives it something to do: `task` is judged unless stall detection is off.
  void give(Member& member, const worker_pool::TaskQueue::Task& task, std::optional<base::JobId> before,
            base::TimePoint now);
  /// Returns how long the judge waits for such work of this worker.
  [[nodiscard]] worker_pool::StallDetector::Work with_patience(const Member& member,
                                                               worker_pool::StallDetector::Work work) const;
  /// Counts the texts that the worker was planning. Returns what is to blame for its end.
  [[nodiscard]] worker_pool::Blame blame_texts(const Member& member, base::TimePoint now);
  void join(Member& member);
  void promote(SlotIndex slot, worker_pool::Cause cause);
  void retire(const worker_pool::Action& action);
  void kill(Member& member, worker_pool::Death death, std::optional<worker_pool::StallDetector::Verdict> stall,
            base::TimePoint now);
  /// Forgets the worker and its jobs, which are queued again.
  void remove(base::WorkerId worker, base::TimePoint now);
  [[nodiscard]] Member* find(base::WorkerId worker);
  [[nodiscard]] Member* in_slot(SlotIndex slot);
  [[nodiscard]] Member* of_job(base::JobId job);
  [[nodiscard]] std::uint32_t remote_workers() const;

  const Options& options_;
  scheduler::Scheduler& scheduler_;
  std::vector<Command>& commands_;
  worker_pool::Pool pool_;
  worker_pool::StallDetector judge_;
  MemoryMeasured memory_;
  std::unordered_map<base::WorkerId, Member> members_;
  std::vector<Process> slots_;  ///< The process of each slot of the pool.
  std::unordered_map<base::JobId, Job> jobs_;
  CostlyTexts texts_;
  std::vector<Takeover> takeovers_;  ///< At most one for each slot.
  std::optional<base::TimePoint> judge_at_;
  bool changed_ = false;
  bool joined_ = false;
};

}  // namespace antiphon::coordinator
