#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/coordinator.h"
#include "dispatch/cell_options.h"
#include "dispatch/live_feed.h"
#include "dispatch/live_snapshot.h"
#include "dispatch/probe.h"
#include "dispatch/running_job.h"
#include "dispatch/speech_stream.h"
#include "dispatch/text_key.h"
#include "fleet/events.h"
#include "fleet/fleet.h"
#include "fleet/voice_table.h"
#include "progress/census.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"
#include "scheduler/admission.h"
#include "scheduler/length_model.h"
#include "scheduler/scheduler.h"

namespace antiphon::dispatch {

/// One gateway's workers and streams. It reports to the coordinator what doors, streams and the fleet tell it, performs
/// the commands that follow, and moves plans, states and PCM between the workers and the streams. It decides nothing.
/// Lives on one event loop and is used only from it.
class Cell final : private fleet::Events {
 public:
  /// `clock` and `probe` outlive it.
  Cell(runtime::Executor executor, runtime::Clock& clock, Probe& probe, CellOptions options);
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// Starts the fleet.
  void start();
  /// Kills the workers and completes when all are reaped. Live streams end as failed.
  [[nodiscard]] runtime::Awaitable<> stop();

  /// Further streams are spoken with these voices, the first of which is loaded before a worker counts. Those that are
  /// not among them are kept for the streams that have them. Slots that were given up are tried again.
  void reload(const std::vector<fleet::Voice>& voices);

  /// Gives its stream up when it goes: the work stops at the next grain.
  struct Closer {
    Cell* cell = nullptr;
    void operator()(SpeechStream* stream) const;
  };
  using Handle = std::unique_ptr<SpeechStream, Closer>;

  /// Asks for a stream to be let in. It is at once, or after a wait of at most `spec.wait`; or it fails before it has
  /// an entry(), by kBusy or kUserLimit, with the time to come back. Its voices must be the cell's. The handle must not
  /// outlive the cell.
  [[nodiscard]] Handle open(SpeechSpec spec);
  /// Opens a stream whose audio is there, `pcm`, which is not empty. No worker and no room is needed for it, so that it
  /// never waits, but it counts among the streams of its user and its account. It fails before it has an entry() by
  /// kUserLimit.
  [[nodiscard]] Handle replay(SpeechSpec spec, SharedPcm pcm);
  // Of a stream whose text comes in pieces; none may be called after end_text() or drop_text().

  /// More text. Errors: kInvalidUtf8; nothing of it is taken then.
  [[nodiscard]] text::Result<void> add_text(SpeechStream& stream, std::string_view utf8);
  /// What was written is spoken though its sentence may go on.
  void flush_text(SpeechStream& stream, text::Flush how = text::Flush::kAll);
  /// The same, and drop_text() leaves what has come so far.
  void keep_text(SpeechStream& stream);
  /// No more text comes, and the stream ends with what was kept: what was written since stops at the next grain.
  void drop_text(SpeechStream& stream);
  /// No more text comes: the stream ends when all is rendered.
  void end_text(SpeechStream& stream);

  /// The stream fails for `error` unless it has ended, waiting or under way; it gets no more jobs. Its handle stays
  /// valid.
  void give_up(SpeechStream& stream, protocol::Error error);

  /// All PCM that waits in `stream`, which makes room for more.
  [[nodiscard]] std::vector<std::int16_t> take(SpeechStream& stream);

  [[nodiscard]] runtime::Executor executor() const { return executor_; }
  /// Null where nothing is traced.
  [[nodiscard]] tracing::Tracer* tracer() const { return options_.tracer; }
  [[nodiscard]] std::size_t streams() const { return streams_.size(); }
  /// Streams that wait to be let in; they count among streams() too.
  [[nodiscard]] std::size_t waiting() const { return desk().waiting(); }
  [[nodiscard]] const scheduler::Scheduler& scheduler() const { return coordinator_.scheduler(); }
  [[nodiscard]] const scheduler::AdmissionController& desk() const { return coordinator_.admission(); }
  /// What other cells have to know of the streams, live or waiting, of accounts: of all that may have a number of
  /// streams only, which come first, and of the 256 with most streams among the others that have two or more.
  [[nodiscard]] std::vector<progress::AccountStreams> told_accounts() const;
  /// What each voice costs by now, in the order of CellOptions::voices.
  [[nodiscard]] std::vector<scheduler::CostModel::Prior> costs() const;
  [[nodiscard]] const std::string& voice_id(std::size_t voice) const { return voices_.all()[voice].id; }
  /// Whether a segment was planned with that voice.
  [[nodiscard]] bool has_spoken(std::size_t voice) const { return spoken_.at(voice); }
  /// Workers that have a voice loaded and take jobs.
  [[nodiscard]] std::size_t ready_workers() const { return scheduler().workers(); }
  [[nodiscard]] const fleet::Fleet& fleet() const { return fleet_; }
  /// For workers that join from other machines.
  [[nodiscard]] fleet::Fleet& fleet() { return fleet_; }
  /// How long the job that made no progress for longest has made none; zero without jobs.
  [[nodiscard]] base::Duration oldest_job_age() const;
  /// What happens, for the live view.
  [[nodiscard]] LiveFeed& live() { return live_; }
  [[nodiscard]] LiveStreams live_streams() const;
  /// Without what they cost; those of this machine first.
  [[nodiscard]] std::vector<LiveWorker> live_workers() const;
  /// Returns when a worker is ready. False when the calling task is cancelled before.
  [[nodiscard]] runtime::Awaitable<bool> wait_ready();
  /// Returns when no stream is left but those that wait for text, or the calling task is cancelled.
  [[nodiscard]] runtime::Awaitable<> wait_idle();

 private:
  void report(coordinator::Event event) override;
  void remote_joined(const fleet::NewWorker& joined) override;
  void worker_left(base::WorkerId worker) override;
  /// Returns the hash by which the coordinator knows the segment.
  [[nodiscard]] coordinator::TextId hash_of(const SpeechStream& stream, const text::Segment& segment) const;
  /// Whether the stream has a segment by now that is not to be planned, since it has cost too many workers.
  [[nodiscard]] bool has_refused_text(const SpeechStream& stream) const;
  void refuse_text(SpeechStream& stream);
  void link_measured(base::WorkerId worker, const worker_pool::LinkQuality& link) override;
  /// What a worker elsewhere costs and holds, by its link.
  struct Distance {
    scheduler::DeviceId device{};  ///< Its machine.
    std::uint32_t depth = 1;
    std::optional<worker_pool::LinkQuality::Cost> cost{};
  };
  /// Reports what differs noticeably from what was reported before. Returns false if nothing does.
  bool update_distance(base::WorkerId worker, const worker_pool::LinkQuality& link, Distance& told);
  void on_answer(fleet::JobAnswer answer) override;
  void fingerprint_changed() override;

  /// Ends what makes no progress, once a second.
  [[nodiscard]] runtime::Awaitable<> watch();
  void end_stalled();
  /// Tells the tracer of a job that is over, where its stream is traced.
  void trace_job(const RunningJob& job, const SpeechStream& stream) const;
  void on_planned(wire::Planned planned, base::Duration cpu);
  void on_grain(wire::GrainDone grain);
  void learn_length(const SpeechStream& stream, const text::Segment& segment, std::span<const base::Duration> grains);
  void note_grain(SpeechStream& stream, base::SampleCount samples);
  void note_done(const RunningJob& job);
  [[nodiscard]] LiveStream live_stream(const SpeechStream& stream) const;
  void end_render(const wire::RenderDone& done, base::Duration cpu);
  void on_failed(const wire::Failed& failed, base::Duration cpu);

  /// Tells the coordinator at the next act().
  void post(coordinator::Event event);
  /// Performs what the coordinator decides now. Within a command it does nothing: what was posted is taken up when the
  /// commands before it are performed.
  void act();
  /// Has tick() called when the coordinator wants it.
  void arm_timer();
  void tick();
  [[nodiscard]] base::Duration expected_left(const SpeechStream& stream) const;
  /// Of the segment that is planned first; zero while there is none.
  [[nodiscard]] base::Duration expected_first(const SpeechStream& stream) const;
  void perform(const coordinator::Admitted& admitted);
  void perform(const coordinator::Refused& refused);
  void perform(const coordinator::Dispatch& dispatch);
  void send_plan(const coordinator::Dispatch& dispatch, SpeechStream& stream);
  void send_render(const coordinator::Dispatch& dispatch, SpeechStream& stream);
  void note_job(const scheduler::Dispatch& job, coordinator::TextId text);
  void perform(const coordinator::CancelJob& cancel);
  void perform(const coordinator::StreamDone& done);
  void perform(const coordinator::StreamFailed& failed);
  void perform(const coordinator::Spawn& spawn) { fleet_.perform(spawn); }
  void perform(const coordinator::Promote& promote);
  void perform(const coordinator::Retire& retire) { fleet_.perform(retire); }
  void perform(const coordinator::Kill& kill) { fleet_.perform(kill); }
  void perform(const coordinator::TextBlamed& blamed);
  void fail(SpeechStream& stream, protocol::Error error);
  /// The stream gets no more jobs, or does not wait to be let in any more.
  void unschedule(const SpeechStream& stream) { post(coordinator::RequestLeft{stream.id()}); }
  /// To the coordinator, once the stream was let in.
  void report_text(SpeechStream& stream);
  /// Completes it where drop_text() has it end.
  void end_where_kept(SpeechStream& stream);
  void close(SpeechStream& stream);
  /// What the limits of users and accounts are about. The stream that asks is not among streams_ yet.
  [[nodiscard]] scheduler::StreamSpec party_of(base::StreamId id, const SpeechSpec& spec) const;

  [[nodiscard]] const fleet::Voice& voice(const std::string& id) const;
  [[nodiscard]] SpeechStream* stream_of(base::JobId job);
  [[nodiscard]] scheduler::VoiceId number(const std::string& voice_id) const;

  runtime::Executor executor_;
  runtime::Clock& clock_;
  Probe& probe_;
  CellOptions options_;
  fleet::VoiceTable voices_;
  coordinator::Coordinator coordinator_;
  TextKey text_key_;
  LiveFeed live_;
  std::vector<scheduler::LengthModel> lengths_;  ///< Length model of each voice, in the order of CellOptions::voices.
  std::vector<bool> spoken_;                     ///< Likewise: whether it was used.
  bool acting_ = false;                          ///< act() is under way.
  std::unique_ptr<runtime::Timer> timer_;
  std::optional<base::TimePoint> timer_at_;  ///< For which `timer_` is set; nullopt: it is not.
  std::unordered_map<base::StreamId, SpeechStream*> streams_;
  std::unordered_map<base::JobId, RunningJob> jobs_;
  std::unordered_map<base::WorkerId, Distance>
      distances_;  ///< Distance of workers elsewhere, as the scheduler knows them.
  std::uint64_t next_stream_ = 1;
  bool stopping_ = false;
  runtime::Notifier ready_;  ///< A worker became ready.
  runtime::Notifier idle_;   ///< A stream was closed, or may have nothing left to speak.
  fleet::ProcessSource processes_;
  fleet::Fleet fleet_;
  runtime::TaskGroup tasks_;
};

}  // namespace antiphon::dispatch
