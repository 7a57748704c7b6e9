#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/accounts.h"
#include "scheduler/cell_costs.h"
#include "scheduler/job_selector.h"
#include "scheduler/job_table.h"
#include "scheduler/load_monitor.h"
#include "scheduler/options.h"
#include "scheduler/predictions.h"
#include "scheduler/records.h"
#include "scheduler/stream_demand.h"
#include "scheduler/stream_queue.h"
#include "scheduler/stream_table.h"
#include "scheduler/types.h"
#include "scheduler/worker_table.h"

namespace antiphon::scheduler {

/// Decides which stream is worked on next, on which worker and for how long. Pure: the time is an argument, decisions
/// are the result of poll(), and the caller performs them and reports back. Not thread-safe.
///
/// The state is kept by StreamTable, JobTable, WorkerTable and Accounts; StreamQueue holds the order, JobSelector makes
/// the next job, CellCosts, StreamDemand and Predictions answer questions, and LoadMonitor says what is given up.
class Scheduler {
 public:
  /// `options` must be valid.
  explicit Scheduler(Options options);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // What happened. Ids that are not known (any more) are ignored, since reports cross with cancellations.
  /// A worker is ready for jobs; its id must be new. It has `places` render jobs under way at once, at least 1, each of
  /// which takes WorkTime::share of its time, and may hold `depth` jobs, at least `places`.
  void add_worker(base::WorkerId worker, std::uint32_t depth = 1, DeviceId device = {}, std::uint32_t places = 1);
  /// The workers of that device are on another machine; see CostBook::set_distance().
  void set_distance(DeviceId device, const Distance& distance) { costs_.book().set_distance(device, distance); }
  /// From now on the worker may hold `depth` jobs at its first place and one at each of the others.
  void set_depth(base::WorkerId worker, std::uint32_t depth) { workers_.set_depth(worker, depth); }
  /// The worker has `voice` in memory; the voice's jobs are placed there by preference.
  void voice_loaded(base::WorkerId worker, VoiceId voice) { workers_.voice_loaded(worker, voice); }
  void voice_unloaded(base::WorkerId worker, VoiceId voice) { workers_.voice_unloaded(worker, voice); }
  /// The worker cannot load `voice`: no job of it is sent there. The voice's jobs that are there go on.
  void voice_lacking(base::WorkerId worker, VoiceId voice) { workers_.voice_lacking(worker, voice); }
  /// The worker gets no more jobs. It is to be removed when it has none.
  void retire_worker(base::WorkerId worker) { workers_.retire(worker); }
  /// The worker is gone. Its jobs are queued again under their old keys, from the last grain received.
  void remove_worker(base::WorkerId worker, base::TimePoint now);
  /// What is known of a voice from an earlier run. Replaces what was learnt.
  void set_prior(VoiceId voice, const CostModel::Prior& prior) { costs_.book().set_prior(voice, prior); }
  /// A stream enters, with at least one segment to plan unless spec.awaits_text. The id must be new.
  void add_stream(const StreamSpec& spec, base::TimePoint now);
  /// A stream that awaits text has a segment to plan; `expected` is the estimated audio of all that is not planned yet.
  /// If its listener has heard everything, it starts anew: its wait is no stall, and its turn is a newcomer's.
  void text_arrived(base::StreamId stream, base::Duration expected, base::TimePoint now);
  /// No more text comes for a stream that awaits some.
  void text_ended(base::StreamId stream, base::TimePoint now);
  /// The stream is of no interest any more. It is forgotten at once; a job in flight is cancelled.
  void cancel_stream(base::StreamId stream, base::TimePoint now);
  /// While blocked, a stream gets no jobs and is promised none: its client's buffers are full.
  void block_stream(base::StreamId stream);
  /// They are not full any more; `taken` is the audio that was taken from them and not heard yet.
  void unblock_stream(base::StreamId stream, base::Duration taken, base::TimePoint now);
  /// A request did not fit.
  void note_refusal(base::TimePoint now) { load_.note_refusal(now); }
  /// The worker has begun the job. A worker that is lost before it has is not held against the stream, unless it was
  /// to load the stream's voice first.
  void started(base::JobId job);
  /// The plan of the stream's next segment. Ends the plan job.
  void planned(base::JobId job, const PlanOutcome& outcome, base::TimePoint now);
  /// The plan job ended without a plan, and nothing is learnt from it. The stream is planned again at once, with
  /// shorter text, unless it is cancelled.
  void plan_again(base::JobId job);
  /// The job failed, and nothing is learnt from it. Its stream fails, unless it is cancelled.
  void job_failed(base::JobId job, base::TimePoint now);
  /// The next grain of a render job has arrived; `took` is the worker's time for it.
  void grain_rendered(base::JobId job, WorkTime took, base::TimePoint now);
  /// A render job has ended, complete or cancelled.
  void render_ended(base::JobId job, base::TimePoint now);

  /// Returns what is to be done now. Call it after reporting; a second call without news returns nothing.
  [[nodiscard]] std::vector<Action> poll(base::TimePoint now);

  /// Reads the load now, and returns what it was read from. poll() does so about ten times a second.
  Promised assess(base::TimePoint now);

  // What is known:
  [[nodiscard]] std::size_t streams() const { return streams_.size(); }
  /// Number of workers that get jobs.
  [[nodiscard]] std::size_t workers() const { return workers_.size(); }
  /// Number of render jobs that these have under way at once; see add_worker().
  [[nodiscard]] std::uint32_t places() const { return workers_.places(); }
  [[nodiscard]] std::size_t jobs_in_flight() const { return jobs_.size(); }
  // See LoadMonitor, StreamTable, CellCosts and Predictions for these.
  [[nodiscard]] const DegradationController& degradation() const { return load_.degradation(); }
  [[nodiscard]] double load() const { return load_.load(); }
  [[nodiscard]] const PlaybackClock* playback(base::StreamId stream) const { return streams_.playback(stream); }
  [[nodiscard]] AudioLeft left_of(base::StreamId stream) const { return streams_.left_of(stream); }
  [[nodiscard]] CostModel cost(VoiceId voice, DeviceId device) const { return costs_.cost(voice, device); }
  [[nodiscard]] CostModel pace(VoiceId voice) const { return costs_.pace(voice); }
  [[nodiscard]] base::Duration predicted_start(VoiceId voice, base::TimePoint now) const {
    return predictions_.first_audio(voice, now);
  }
  [[nodiscard]] base::Duration start_wait(base::TimePoint now) const { return predictions_.admission_wait(now); }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const Accounts& accounts() const { return accounts_; }
  [[nodiscard]] const StreamTable& stream_table() const { return streams_; }
  [[nodiscard]] const WorkerTable& worker_table() const { return workers_; }
  [[nodiscard]] const CellCosts& costs() const { return costs_; }
  [[nodiscard]] const StreamDemand& demand() const { return demand_; }

 private:
  using Stream = records::Stream;
  /// Returns the job's stream, or nullptr if it is not there any more.
  [[nodiscard]] Stream* stream_of(const records::Job& job);
  /// The stream queues for its start.
  void begin_waiting(Stream& stream, base::TimePoint now);
  void end_waiting(Stream& stream);
  /// Returns by how much the start tags of the stream's account are spaced.
  [[nodiscard]] base::Duration start_spacing(const Stream& stream) const;
  /// Queues the stream if it can get a job, with a new key.
  void enqueue(Stream& stream);
  [[nodiscard]] Dispatch dispatch(const JobSelector::Selection& selected, base::TimePoint now);
  void charge(records::Job& job, WorkTime took);
  void end_job(base::JobId id, base::TimePoint now);
  void after_render(Stream& stream, base::TimePoint now);
  void finish_if_done(Stream& stream, base::TimePoint now);
  /// Ends the newest stream of the user that has most, in the account that has most for its weight.
  void shed(base::TimePoint now);
  void forget(base::StreamId id, base::TimePoint now);

  Options options_;
  StreamTable streams_;
  JobTable jobs_;
  WorkerTable workers_;
  Accounts accounts_;
  StreamQueue queue_;
  CellCosts costs_;
  StreamDemand demand_;
  LoadMonitor load_;
  JobSelector selector_;
  Predictions predictions_;
  std::vector<Action> pending_;  ///< Decided outside poll(), which hands it out.
  std::uint64_t turn_ = 0;       ///< Number of jobs that were dispatched.
};

}  // namespace antiphon::scheduler
