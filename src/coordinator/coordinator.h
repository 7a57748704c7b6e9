#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/commands.h"
#include "coordinator/costly_texts.h"
#include "coordinator/events.h"
#include "coordinator/options.h"
#include "coordinator/worker_roster.h"
#include "scheduler/admission.h"
#include "scheduler/scheduler.h"

namespace antiphon::coordinator {

/// Drives the scheduler, admission, the pool of workers and the stall judge as one object: a performer posts events,
/// and run() returns the commands that follow from them. Pure: the time is an argument, and nothing is called back.
/// Not thread-safe.
///
/// A performer posts what has happened, calls run() and performs the commands in their order; what it posts meanwhile
/// is taken up by the next run(), so it calls run() until nothing is returned:
///
///     for (auto commands = coordinator.run(now); !commands.empty(); commands = coordinator.run(now))
///     perform(commands);
///
/// Then it waits for the next event, and posts a Tick at next_wakeup(), which may be at once. Posted events are held
/// until run(), and their number is bounded by what the performer posts between two calls.
///
/// Each RequestArrived is answered by Refused, or by Admitted and then one of StreamDone and StreamFailed, exactly
/// once, unless the client leaves.
class Coordinator {
 public:
  /// `options` must be valid.
  explicit Coordinator(Options options);
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// What is known of a voice's cost from an earlier run.
  void set_prior(scheduler::VoiceId voice, const scheduler::CostModel::Prior& prior) {
    scheduler_.set_prior(voice, prior);
  }
  void post(Event event) { events_.push_back(std::move(event)); }
  /// Takes up what was posted, and returns what is to be done now, in this order.
  [[nodiscard]] std::vector<Command> run(base::TimePoint now);
  /// Returns when a Tick is to be posted though nothing has happened, or nullopt while there is nothing to wait for.
  [[nodiscard]] std::optional<base::TimePoint> next_wakeup() const;
  /// Returns whether a Tick at this time needs readings. These cost system calls, so that a performer takes none else.
  [[nodiscard]] bool wants_readings(base::TimePoint now) const;
  /// Returns whether anything was posted since run() was called last.
  [[nodiscard]] bool has_posted() const { return !events_.empty(); }

  // What is known.

  [[nodiscard]] const scheduler::Scheduler& scheduler() const { return scheduler_; }
  [[nodiscard]] const scheduler::AdmissionController& admission() const { return admission_; }
  [[nodiscard]] const worker_pool::Pool& pool() const { return roster_.pool(); }
  [[nodiscard]] const worker_pool::StallDetector& stall_judge() const { return roster_.judge(); }
  /// The texts that have ended workers. A text that it refuses goes to no worker: the performer answers its plan job
  /// with PlanRefused and RequestLeft.
  [[nodiscard]] const CostlyTexts& costly_texts() const { return roster_.costly_texts(); }
  /// Number of requests that have not ended, live or waiting.
  [[nodiscard]] std::size_t open_requests() const { return open_.size(); }

 private:
  /// Hands an event about workers to the roster, and handles the others here.
  template <class Body>
  void take_up(const Body& event, base::TimePoint now);
  void handle(const RequestArrived& event, base::TimePoint now);
  void handle(const RequestLeft& event, base::TimePoint now);
  void handle(const TextArrived& event, base::TimePoint now);
  void handle(const TextEnded& event, base::TimePoint now);
  void handle(const StreamBlocked& event, base::TimePoint now);
  void handle(const StreamUnblocked& event, base::TimePoint now);
  void handle(const JobStarted& event, base::TimePoint now);
  void handle(const SegmentPlanned& event, base::TimePoint now);
  void handle(const PlanRefused& event, base::TimePoint now);
  void handle(const GrainRendered& event, base::TimePoint now);
  void handle(const RenderEnded& event, base::TimePoint now);
  void handle(const JobFailed& event, base::TimePoint now);
  void handle(const Started& event, base::TimePoint now);
  void handle(const Tick& event, base::TimePoint now);
  void handle(const RequestsOver& event, base::TimePoint now);

  void ask_pool(base::TimePoint now);
  void run_admission(base::TimePoint now);
  void report(const scheduler::Admitted& verdict, base::TimePoint now);
  void report(const scheduler::Refused& verdict, base::TimePoint now);
  /// Returns whether the scheduler had anything to do.
  [[nodiscard]] bool run_scheduler(base::TimePoint now);
  // Each gives a command, unless the request has ended: a client may leave before it hears of the end.
  void command(const scheduler::Dispatch& job, base::TimePoint now);
  void command(const scheduler::CancelJob& cancel, base::TimePoint now);
  void command(const scheduler::StreamDone& done, base::TimePoint now);
  void command(const scheduler::StreamFailed& failed, base::TimePoint now);
  /// Returns for how long the job may wait for others. A stream that nobody hears yet waits for nobody.
  [[nodiscard]] base::Duration max_delay(const scheduler::Dispatch& job, base::TimePoint now) const;
  /// Returns by how much more text than usual a plan of this stream may have: 1 to 2.
  [[nodiscard]] double text_share(const scheduler::Dispatch& job) const;
  /// Room may have become free, or more of it have been made.
  void note_room();

  Options options_;
  std::vector<Event> events_;
  std::vector<Command> commands_;
  scheduler::Scheduler scheduler_;
  scheduler::AdmissionController admission_;
  WorkerRoster roster_;
  /// Requests that have not ended, and the speed of their speech.
  std::unordered_map<base::StreamId, double> open_;
  std::uint64_t refusals_ = 0;  ///< Number of refusals for want of capacity.
  bool admit_ = false;          ///< Admission may decide something now.
  bool requests_over_ = false;
  std::optional<base::TimePoint> admission_at_;
  std::optional<base::TimePoint> pool_at_;
};

}  // namespace antiphon::coordinator
