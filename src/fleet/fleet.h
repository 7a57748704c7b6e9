#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/commands.h"
#include "coordinator/coordinator.h"
#include "device/gpu.h"
#include "fleet/events.h"
#include "fleet/fingerprint_gate.h"
#include "fleet/memory_watch.h"
#include "fleet/remote_ledger.h"
#include "fleet/slot_life.h"
#include "fleet/slot_table.h"
#include "fleet/voice_loader.h"
#include "fleet/voice_table.h"
#include "fleet/worker_source.h"
#include "fleet/worker_status.h"
#include "identity/key_ring.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"
#include "wire/message.h"
#include "worker_pool/pool.h"
#include "worker_pool/stall_detector.h"

namespace antiphon::fleet {

/// Of workers on other machines.
struct RemoteOptions {
  std::size_t most = 64;         ///< Number of remote workers at once, 1 to 1024.
  std::string kernel = "voice";  ///< The one with which they render.
};

struct Options {
  /// Number of voices that one worker holds at once, at least 1, unless it says that it holds fewer; the one used
  /// longest ago makes room.
  std::size_t voices_per_worker = 8;
  const device::Gpu* gpu = nullptr;  ///< On which the workers compute, and whose memory bounds their number.
  RemoteOptions remote{};
};

/// The workers of a server. It performs what the coordinator decides about them: starts local ones, gives them jobs and
/// ends them; it loads their voices, measures their memory and their links, and reports what becomes of them. Remote
/// workers come by themselves, through the RemoteDoor, and are used like these; which of them may join is decided here,
/// by tokens, voices and fingerprints. Lives on one event loop and is used only from it.
class Fleet {
 public:
  /// The references outlive it. Local workers come from `source`.
  /// What is known of the pool is read from `coordinator`, which is told of nothing but through `events`.
  Fleet(runtime::Executor executor, runtime::Clock& clock, WorkerSource& source, const VoiceTable& voices,
        const coordinator::Coordinator& coordinator, Events& events, Options options);

  void start();
  /// Kills the workers and completes when all are gone.
  [[nodiscard]] runtime::Awaitable<> stop();

  // Commands of the coordinator.

  void perform(const coordinator::Spawn& spawn);
  void perform(const coordinator::Promote& promote);
  void perform(const coordinator::Retire& retire);
  void perform(const coordinator::Kill& kill);

  /// Sends a job to a worker that has joined, and has it load the voice before if it lacks it. `work`: what is expected
  /// of the job.
  void send_job(base::WorkerId worker, const Voice& voice, std::uint64_t job, wire::Message message,
                worker_pool::StallDetector::Work work);
  void cancel_job(base::WorkerId worker, std::uint64_t job);
  /// The worker sent what it was not asked for: it is reported, on which it is killed and its jobs are lost.
  void report_bad_answer(base::WorkerId worker, const std::string& why);
  /// Tells, after the coordinator's commands were performed, how many streams are under way that workers have begun.
  void set_streams_under_way(std::size_t streams);
  /// Reports what memory is used, once a second. Call it before each tick of the coordinator, which is ten times a
  /// second at least, so that the pool decides by what is so.
  void measure_memory();
  /// Returns how far each worker that has joined has come, for the stall judge. Call it only when the judge is asked: a
  /// remote worker is seen to live by what its link has carried since the last call.
  [[nodiscard]] std::vector<worker_pool::StallDetector::Reading> readings() const;
  /// The table of voices has changed.
  void check_voices();

  // Remote workers.

  /// Returns nullopt if the worker that says this may join. The version and the token are not looked at here.
  [[nodiscard]] std::optional<wire::Refused> refuse(const wire::Join& join) const;
  /// Welcomes a worker that may join and uses it until it goes. An older one of its id is sent away.
  [[nodiscard]] runtime::Awaitable<> serve(std::unique_ptr<link::MessageStream> stream, wire::Join join,
                                           std::string address);
  /// Sends away those that joined with another token than these.
  void check_tokens(const identity::KeyRing& tokens);
  /// Number of remote workers that take jobs.
  [[nodiscard]] std::uint32_t remote_workers() const { return slots_.remote_workers(); }
  /// What became of all of them so far.
  [[nodiscard]] const RemoteLedger& remote_ledger() const { return ledger_; }

  // What is known, for reports.

  using Status = WorkerStatus;
  /// Those of this machine first, one for each slot.
  [[nodiscard]] std::vector<Status> status() const { return slots_.status(); }
  /// Returns null if the workers compute on the processor.
  [[nodiscard]] const device::Gpu* gpu() const { return memory_.gpu(); }
  /// The device's memory, as of a second ago; a total of zero: not known.
  [[nodiscard]] const worker_pool::Memory& device_memory() const { return memory_.device(); }
  /// Whether more of the device's memory is used than may be: then no worker is started, and no voice loaded beside
  /// others.
  [[nodiscard]] bool device_full() const { return memory_.is_device_full(); }
  /// Whether the device is full, and no worker that takes jobs has the voice.
  [[nodiscard]] bool lacks_room_for(const std::string& voice) const { return loader_.lacks_room_for(voice); }
  [[nodiscard]] base::TimePoint now() const { return clock_.now(); }
  /// Of the execution of all workers that take jobs; "": none has told it yet.
  [[nodiscard]] const std::string& fingerprint() const { return gate_.current(); }
  [[nodiscard]] const worker_pool::Pool& pool() const { return coordinator_.pool(); }
  [[nodiscard]] const worker_pool::StallDetector& judge() const { return coordinator_.stall_judge(); }

 private:
  /// Has a worker work until its connection ends.
  [[nodiscard]] runtime::Awaitable<> run(Slot& slot);
  /// Asks remote workers every link::kHeartbeat whether they are there.
  [[nodiscard]] runtime::Awaitable<> watch();
  void weigh();
  void beat();
  /// Logs what the pool does.
  void log(worker_pool::ActionKind kind, worker_pool::SlotIndex slot, worker_pool::Cause cause) const;
  void perform(const FingerprintGate::Actions& actions);
  void perform(const FingerprintGate::Action& action);

  void on_message(Slot& slot, wire::Message message);
  /// Returns true if the message was about the link, and goes to no other component.
  [[nodiscard]] bool on_link_message(Slot& slot, const wire::Message& message);
  void on_job_message(Slot& slot, wire::Message message);
  void on_ready(Slot& slot, const wire::Ready& ready);
  void on_voice_loaded(Slot& slot, const wire::VoiceLoaded& loaded);
  void on_load_failed(Slot& slot, const std::string& voice, const wire::Failed& failed);
  void on_loaded(Slot& slot);
  /// Reports which voices a worker that has joined cannot load.
  void check_voices(const Slot& slot);

  [[nodiscard]] FingerprintGate::Situation situation() const;

  runtime::Executor executor_;
  runtime::Clock& clock_;
  WorkerSource& source_;
  const VoiceTable& voices_;
  const coordinator::Coordinator& coordinator_;
  Events& events_;
  Options options_;
  MemoryWatch memory_;
  RemoteLedger ledger_;
  FingerprintGate gate_;
  SlotTable slots_;
  VoiceLoader loader_;
  SlotLife life_;
  std::size_t streams_under_way_ = 0;
  base::TimePoint weighed_at_;
  std::uint64_t next_worker_ = 1;
  runtime::TaskGroup tasks_;
};

}  // namespace antiphon::fleet
