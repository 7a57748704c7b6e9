#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/accounts.h"
#include "scheduler/cost_estimator.h"
#include "scheduler/cost_model.h"
#include "scheduler/demand.h"
#include "scheduler/fair_queue.h"
#include "scheduler/ladder.h"
#include "scheduler/options.h"
#include "scheduler/records.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// Decides which stream is worked on next, on which worker and for how long. Pure: the time is an argument, decisions
/// are the result of poll(), and whoever performs them reports back. Not thread-safe.
///
/// Order (Policy::kOurs): earliest due first (Liu and Layland 1973, on playback time). A started stream is due at its
/// latest start: the moment its listener runs dry, less guard and the longest job. A stream that has not started is due
/// at its start tag plus start_slack; start tags of one account are spaced by what a start costs, so that a burst does
/// not crowd out those who listen. When a start is due, the accounts that wait take turns, and within one its users
/// (see FairQueue): while two accounts of equal weight wait, or two users of one account, one has begun at most one
/// start more than the other. Only one that would be heard too late otherwise goes before its turn. What is planned is
/// begun before anything else is planned. A stream is never parked for being ahead.
class Scheduler {
 public:
  /// `options` must be valid.
  explicit Scheduler(Options options);

  // What happened. Ids that are not known (any more) are ignored, since reports cross with cancellations.

  /// A worker is ready for jobs. `places`: how many render jobs it has under way at once, at least 1; what each takes
  /// of its time is WorkTime::share. `depth`: how many jobs it may hold, at least `places`. The id must be new.
  void add_worker(base::WorkerId worker, std::uint32_t depth = 1, DeviceId device = {}, std::uint32_t places = 1);
  /// The workers of that device are on another machine; see CostBook::set_distance().
  void set_distance(DeviceId device, const Distance& distance) { costs_.set_distance(device, distance); }
  /// How many jobs it may hold at once for each of its places, from now on: `depth` at the first, one at the others.
  void set_depth(base::WorkerId worker, std::uint32_t depth);
  /// The worker has `voice` in memory; its jobs are placed there by preference.
  void voice_loaded(base::WorkerId worker, VoiceId voice);
  void voice_unloaded(base::WorkerId worker, VoiceId voice);
  /// The worker cannot load `voice`: no job of it is sent there. Its jobs there go on.
  void voice_lacking(base::WorkerId worker, VoiceId voice);
  /// The worker gets no more jobs. It is to be removed when it has none.
  void retire_worker(base::WorkerId worker);
  /// The worker is gone. Its jobs are queued again under their old keys, from the last grain received.
  void remove_worker(base::WorkerId worker, base::TimePoint now);

  /// A stream enters, with at least one segment to plan unless spec.awaits_text. The id must be new.
  void add_stream(const StreamSpec& spec, base::TimePoint now);
  /// The worker has begun the job. A worker that is lost before it has is not held against the stream, unless it was
  /// to load the stream's voice first.
  void started(base::JobId job);
  /// The plan of the stream's next segment. Ends the plan job.
  void planned(base::JobId job, const PlanOutcome& outcome, base::TimePoint now);
  /// A stream that awaits text has a segment to plan; `expected`: estimated audio of all that is not planned yet. One
  /// whose listener has heard everything meanwhile starts anew: its wait is no stall, and its turn is a newcomer's.
  void text_arrived(base::StreamId stream, base::Duration expected, base::TimePoint now);
  /// No more text comes for a stream that awaits some.
  void text_ended(base::StreamId stream, base::TimePoint now);
  /// The plan job ended without a plan and is to be tried again at once, with shorter text.
  void plan_again(base::JobId job);
  /// The next grain of a render job has arrived; `took` is the worker's time for it.
  void grain_rendered(base::JobId job, WorkTime took, base::TimePoint now);
  /// A render job has ended, complete or cancelled.
  void render_ended(base::JobId job, base::TimePoint now);
  /// The stream is of no interest any more. It is forgotten at once; a job in flight is cancelled.
  void cancel_stream(base::StreamId stream, base::TimePoint now);
  /// While blocked a stream gets no jobs, and is promised none: its listener's buffers are full.
  void block_stream(base::StreamId stream);
  /// They are not any more; so much audio that he has not heard was taken from them.
  void unblock_stream(base::StreamId stream, base::Duration taken, base::TimePoint now);

  /// What is to be done now. Call it after reporting; a second call without news returns nothing.
  [[nodiscard]] std::vector<Action> poll(base::TimePoint now);

  // What is known.

  [[nodiscard]] std::size_t streams() const { return streams_.size(); }
  /// Workers that get jobs.
  [[nodiscard]] std::size_t workers() const { return workers_.size() - retiring_; }
  /// Render jobs that they have under way at once; see add_worker().
  [[nodiscard]] std::uint32_t places() const { return places_; }
  [[nodiscard]] std::size_t jobs_of(base::WorkerId worker) const;
  [[nodiscard]] std::size_t jobs_in_flight() const { return jobs_.size(); }
  [[nodiscard]] const PlaybackClock* playback(base::StreamId stream) const;
  /// What the voice takes of the workers' time while all are busy.
  [[nodiscard]] CostModel cost(VoiceId voice) const;
  /// How long its jobs take meanwhile: the same where workers do one at once.
  [[nodiscard]] CostModel pace(VoiceId voice) const;
  /// What it takes on workers of that kind alone.
  [[nodiscard]] CostModel cost(VoiceId voice, DeviceId device) const;
  /// What is known of a voice from an earlier run. Replaces what was learnt.
  void set_prior(VoiceId voice, const CostModel::Prior& prior) { costs_.set_prior(voice, prior); }
  /// What jobs cost, as far as it was learnt; to be kept, and given to restore_costs() by a later run.
  [[nodiscard]] std::vector<LearntCost> learnt_costs() const { return costs_.learnt(); }
  /// Returns how many records were taken; the others cannot be.
  std::size_t restore_costs(std::span<const LearntCost> learnt) { return costs_.restore(learnt); }
  /// Audio of a stream that is not rendered yet.
  struct Left {
    base::Duration planned{};
    base::Duration unplanned{};  ///< Estimated.
  };
  [[nodiscard]] Left left_of(base::StreamId stream) const;

  // How loaded the cell is. Read about ten times a second while jobs are dispatched.

  [[nodiscard]] const Ladder& ladder() const { return ladder_; }
  /// Share of what can be promised that is asked for; 1 is all.
  [[nodiscard]] double load() const { return load_; }
  /// Somebody did not fit.
  void note_refusal(base::TimePoint now) { ladder_.refused(now); }
  /// What the streams were promised.
  struct Promised {
    std::vector<DemandLine> lines;
    DemandCurve curve;
  };
  /// Reads the load now, and returns what it was read from.
  Promised assess(base::TimePoint now);

  // For admission: what is promised already, what can be promised, and what one more stream would add.

  [[nodiscard]] std::vector<DemandLine> demand(base::TimePoint now) const;
  [[nodiscard]] Supply supply(base::TimePoint now) const;
  [[nodiscard]] std::vector<DemandLine> demand_of(const StreamSpec& newcomer, base::TimePoint now) const;
  /// Who has streams, and who had some a short while ago.
  [[nodiscard]] const Accounts& accounts() const { return accounts_; }
  /// When the first of the user's streams will have been heard to its end; zero without streams.
  [[nodiscard]] base::Duration next_end_of_user(base::UserId user, base::TimePoint now) const;
  [[nodiscard]] base::Duration next_end_of_account(base::UserId account, base::TimePoint now) const;
  /// How long a stream of `voice` that is let in now is expected to wait for its first audio: what the queue has before
  /// it, shared among the workers, and its own start.
  [[nodiscard]] base::Duration predicted_start(VoiceId voice, base::TimePoint now) const;
  /// How long somebody who came now with a typical stream would wait to be let in; kLongestWait and more: longer.
  [[nodiscard]] base::Duration start_wait(base::TimePoint now) const;
  static constexpr base::Duration kLongestWait = std::chrono::seconds(10);
  /// Worker time of a typical start.
  [[nodiscard]] base::Duration start_cost(VoiceId voice) const;
  /// How long it takes. The same where workers do one job at once.
  [[nodiscard]] base::Duration start_time(VoiceId voice) const { return start_time(voice, kTypicalSegment); }
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  using Stream = records::Stream;
  using Segment = records::Segment;
  using Key = records::Key;
  using Job = records::Job;
  using Worker = records::Worker;

  Job* find_job(base::JobId id, JobKind kind);
  Stream* stream_of(const Job& job);
  /// It queues for its start.
  void begin_waiting(Stream& stream, base::TimePoint now);
  /// There is nothing to do for it until more text comes.
  [[nodiscard]] static bool idle(const Stream& stream);
  /// Streams that are not idle, to what assess() saw; at least 1.
  [[nodiscard]] std::size_t busy_streams() const;
  void end_job(base::JobId id, base::TimePoint now);
  void charge(Job& job, WorkTime took);
  /// What the job occupied its worker for.
  [[nodiscard]] WorkTime occupied(const Job& job, base::TimePoint now) const;
  void enqueue(Stream& stream);
  void enqueue_start(Stream& stream);
  void dequeue_start(Stream& stream);
  /// The stream is given a job. Its first one begins it, and takes its account's and its user's turns.
  void begin(Stream& stream);
  /// The stream whose turn it is; nothing when none is ready.
  [[nodiscard]] std::optional<base::StreamId> next(base::TimePoint now) const;
  /// When a stream that has not started must begin to be heard in time; nothing where that is not promised.
  [[nodiscard]] std::optional<base::TimePoint> latest_start(const Stream& stream) const;
  void dequeue(Stream& stream);
  void finish_if_done(Stream& stream, base::TimePoint now);
  void after_render(Stream& stream, base::TimePoint now);
  template <class Whose>
  [[nodiscard]] base::Duration next_end(const Whose& is_his, base::TimePoint now) const;
  void end_waiting(Stream& stream);
  void forget(base::StreamId id, base::TimePoint now);
  [[nodiscard]] base::Duration start_spacing(const Stream& stream) const;
  /// Until a stream is heard whose first segment is that long.
  [[nodiscard]] base::Duration start_time(VoiceId voice, base::Duration first_segment) const;
  using ModelOf = CostModel (CostBook::*)(const CostKey&) const;
  /// What a worker of the cell does in the mean.
  [[nodiscard]] CostModel mean(ModelOf model, VoiceId voice) const;
  void append_demand(const Stream& stream, base::TimePoint now, std::vector<DemandLine>& lines) const;
  [[nodiscard]] base::Duration lateness(base::TimePoint now) const;
  /// Ends the newest stream of the user who has most, in the account that has most for its weight.
  void shed(base::TimePoint now);
  // At least 1.
  [[nodiscard]] std::uint32_t worker_count() const;
  [[nodiscard]] JobKind next_kind(const Stream& stream) const;
  /// Whether to learn the length of a later segment now, though it is not needed yet.
  [[nodiscard]] bool prefetches(const Stream& stream, base::TimePoint now) const;
  /// What exactly a job of that kind does, and what it is expected to take.
  void describe(const Stream& stream, const CostKey& cost, Dispatch& job, base::TimePoint now) const;
  [[nodiscard]] std::int64_t due(const Stream& stream) const;
  struct Turn {
    base::StreamId stream;
    base::WorkerId worker;
    JobKind kind = JobKind::kPlan;
  };
  /// What is dispatched next; nothing while no worker has room for it.
  [[nodiscard]] std::optional<Turn> next_turn(base::TimePoint now) const;
  /// The most urgent chunk that a worker has room for.
  [[nodiscard]] std::optional<Turn> next_render() const;
  [[nodiscard]] std::optional<base::WorkerId> place(const Stream& stream, JobKind kind) const;
  /// Smallest is best, by Options::placement.
  using Rank = std::tuple<std::size_t, std::size_t, std::size_t, base::WorkerId>;
  [[nodiscard]] Rank rank(const Stream& stream, base::WorkerId id, const Worker& worker) const;
  [[nodiscard]] Dispatch dispatch(const Turn& turn, base::TimePoint now);

  /// Audio of the next segment of a stream, at most what is not planned.
  [[nodiscard]] static base::Duration next_segment(const Stream& stream);

  /// Audio length assumed for a segment that is not planned yet.
  static constexpr base::Duration kTypicalSegment = std::chrono::seconds(4);
  /// No segment is longer.
  static constexpr base::Duration kLongestSegment = std::chrono::seconds(10);

  Options options_;
  std::unordered_map<base::StreamId, Stream> streams_;
  Accounts accounts_;
  std::unordered_map<base::JobId, Job> jobs_;
  std::map<base::WorkerId, Worker> workers_;
  std::size_t retiring_ = 0;    ///< Of the workers.
  std::uint32_t places_ = 0;    ///< Of those that do not retire.
  base::WorkerId placed_last_;  ///< Where the last job went.
  CostBook costs_;
  std::map<DeviceId, std::uint32_t> devices_;  ///< Workers of each.
  Ladder ladder_;
  double load_ = 0;
  base::TimePoint assessed_{};
  std::set<Key> ready_;
  // Of Policy::kOurs: ready streams that have not started; they are not in ready_.
  FairQueue<ByTurns> turns_;                                             ///< Those that are not begun.
  std::set<std::pair<double, base::StreamId>> begun_;                    ///< Those that are, by turn.
  std::set<std::pair<base::TimePoint, base::StreamId>> start_promises_;  ///< By latest_start().
  std::set<Key> start_dues_;                                             ///< When they are due.
  std::vector<Action> pending_;                                          ///< Decided outside poll(), handed out by it.
  std::size_t idle_streams_ = 0;                                         ///< When assess() looked.
  std::uint64_t next_job_ = 1;
  std::uint64_t turn_ = 0;
};

}  // namespace antiphon::scheduler
