#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "device/gpu.h"
#include "gateway/fleet_owner.h"
#include "gateway/fleet_slot.h"
#include "gateway/remote_ledger.h"
#include "gateway/worker_link.h"
#include "identity/key_ring.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"
#include "wire/message.h"
#include "worker_pool/pool.h"
#include "worker_pool/stall_judge.h"
#include "worker_pool/task_queue.h"

namespace antiphon::gateway {

/// Of workers on other machines.
struct RemoteFleetOptions {
  std::size_t most = 64;         ///< At once.
  std::string kernel = "voice";  ///< With which they render.
};

struct FleetOptions {
  WorkerCommand command{};
  worker_pool::Options pool{};
  /// Voices that one worker holds at once, at least 1, where it does not hold fewer; the one used longest ago makes
  /// room.
  std::size_t voices_per_worker = 8;
  const device::Gpu* gpu = nullptr;  ///< On which the workers compute, and whose memory bounds their number.
  RemoteFleetOptions remote{};
};

/// The workers of a cell. It starts processes on this machine, loads their voices, watches over their jobs and their
/// memory, and ends them; all as worker_pool::Pool and StallJudge decide. Workers on other machines come by themselves,
/// through the RemoteDoor, and are used like these; the loss of their link is the loss of a worker. Lives on one event
/// loop and is used only from it.
class WorkerFleet {
 public:
  WorkerFleet(runtime::Executor executor, runtime::Clock& clock, FleetOwner& owner, FleetOptions options);

  void start();
  /// Kills the workers and completes when all are reaped.
  [[nodiscard]] runtime::Awaitable<> stop();

  /// Sends a job to a worker that has joined, and has it load the voice before where it lacks it. `work`: what it may
  /// take.
  void send_job(base::WorkerId worker, const CellVoice& voice, std::uint64_t job, wire::Message message,
                worker_pool::StallJudge::Work work);
  void cancel_job(base::WorkerId worker, std::uint64_t job);
  /// The worker sent what it was not asked for: it is killed, and its jobs are lost.
  void condemn(base::WorkerId worker, const std::string& why);
  /// How the pool stands is asked now, and not only at the next tenth of a second.
  void ask_pool() { act(); }
  /// Slots that were given up or are in quarantine are tried again.
  void forgive() { pool_.reset(); }

  // Workers on other machines (worker_fleet_remote.cc).

  /// Nothing: who says this may join. The version and the token are not looked at here.
  [[nodiscard]] std::optional<wire::Refused> refuse(const wire::Join& join) const;
  /// Welcomes a worker that may join and uses it until it goes. An older one of its id is sent away.
  [[nodiscard]] runtime::Awaitable<> serve(std::unique_ptr<link::MessageStream> stream, wire::Join join,
                                           std::string address);
  /// Sends away those that joined with another token than these.
  void check_tokens(const identity::KeyRing& tokens);
  /// Sends away who lacks a voice that is served by now.
  void check_voices();
  /// Of a worker on another machine, what lies between; null: it is on this one.
  [[nodiscard]] const worker_pool::LinkQuality* quality_of(base::WorkerId worker) const;
  /// Its name, the same each time that it joins; "": it is on this machine.
  [[nodiscard]] std::string remote_id_of(base::WorkerId worker) const;
  /// That take jobs.
  [[nodiscard]] std::uint32_t remote_workers() const;
  /// What became of all of them so far.
  [[nodiscard]] const RemoteLedger& remote_ledger() const { return ledger_; }

  // What is known, for people.

  using Status = WorkerStatus;
  /// Those of this machine first, one for each slot.
  [[nodiscard]] std::vector<Status> status() const;
  /// Null: the workers compute on the processor.
  [[nodiscard]] const device::Gpu* gpu() const { return options_.gpu; }
  /// The device's memory, as of a second ago; a total of zero: not known.
  [[nodiscard]] const worker_pool::Memory& device_memory() const { return device_memory_; }
  /// More of the device's memory is used than may be: no worker is started, and no voice loaded beside others.
  [[nodiscard]] bool device_full() const;
  /// The device is full, and no worker that takes jobs has the voice.
  [[nodiscard]] bool lacks_room_for(const std::string& voice) const;
  [[nodiscard]] base::TimePoint now() const { return clock_.now(); }
  [[nodiscard]] const worker_pool::Pool& pool() const { return pool_; }
  [[nodiscard]] const worker_pool::StallJudge& judge() const { return judge_; }

 private:
  using Slot = FleetSlot;

  [[nodiscard]] runtime::Awaitable<> run(Slot& slot);
  /// Judges the workers every StallJudge::kInterval while they work, and asks the pool ten times a second.
  [[nodiscard]] runtime::Awaitable<> watch();
  void judge();
  void weigh();
  void act();
  void perform(const worker_pool::Action& action);

  void on_message(Slot& slot, wire::Message message);
  void on_job_message(Slot& slot, wire::Message message);
  void on_ready(Slot& slot, const wire::Ready& ready);
  void on_voice_loaded(Slot& slot, const wire::VoiceLoaded& loaded);
  void on_load_failed(Slot& slot, const std::string& voice, const wire::Failed& failed);
  void count_as_ready(Slot& slot);
  void load(Slot& slot, const CellVoice& voice);
  /// The voices that the other workers use, most needed first.
  [[nodiscard]] std::vector<std::string> voices_in_use() const;

  void add_task(Slot& slot, const worker_pool::TaskQueue::Task& task);
  /// To start, or to load a voice, under that number.
  void add_loading(Slot& slot, std::uint64_t number);
  void end_task(Slot& slot, std::uint64_t number);
  void kill(Slot& slot, worker_pool::Death death);
  /// Notes what is to blame for the end of a worker, before it leaves.
  void blame(Slot& slot);
  /// Logs that a slot is not used for now, where that is so.
  void tell_of_rest(const Slot& slot) const;
  /// The owner and the judge hear that it is gone.
  void leave(Slot& slot);
  void finish_retiring(Slot& slot);

  // Of workers on other machines.

  /// True: it was about the link, and nobody else is to hear it.
  bool on_link_message(Slot& slot, const wire::Message& message);
  void on_pong(Slot& slot, const wire::Pong& pong);
  /// Asks each whether it is there, and gives up who has not been for too long.
  void beat();
  /// Something has come over its link since it was asked last. While it has jobs it is given reason to answer.
  [[nodiscard]] bool is_heard(Slot& slot);
  void send_away(Slot& slot, wire::Refusal code, const std::string& reason);
  /// False: it was sent away.
  [[nodiscard]] bool accept_fingerprint(Slot& slot, const std::string& fingerprint);
  /// Where all are gone who decided it, and no stream is under way that they began.
  void forget_fingerprint_of_nobody();
  /// This is what holds from now on: of those elsewhere the ones that differ go, and who was held takes jobs.
  void settle_fingerprint(const std::string& fingerprint);
  /// Without workers on this machine, those elsewhere decide what holds.
  [[nodiscard]] bool others_decide() const;
  void let_others_decide();
  /// A worker elsewhere takes jobs from now on.
  void admit(Slot& slot);
  [[nodiscard]] bool accept_voice(Slot& slot, const wire::VoiceLoaded& loaded);
  /// Under what number a worker joins: its own, or a larger one where it was not welcomed under that and an older one
  /// of its id has it.
  [[nodiscard]] std::uint64_t incarnation_of(const wire::Join& join) const;
  /// What is wrong with the voices of who joins; "": nothing.
  [[nodiscard]] std::string voice_fault(const wire::Join& join) const;
  /// Tells the owner which voices a worker elsewhere has not.
  void check_voices(const Slot& slot);
  /// Tells the link process what is expected of a job, which judges its worker by that.
  static void tell_expected(const worker_pool::StallJudge::Work& work, wire::Message& job);
  /// What may be expected of a job there before it counts as late here.
  [[nodiscard]] worker_pool::StallJudge::Work patient(const Slot& slot, worker_pool::StallJudge::Work work) const;
  [[nodiscard]] static RemoteStatus remote_status(const Slot& slot);

  [[nodiscard]] worker_pool::SlotState state(const Slot& slot) const {
    return slot.remote ? slot.remote->state : pool_.slots()[slot.index].state();
  }
  [[nodiscard]] std::vector<Slot*> all_slots() const;
  [[nodiscard]] base::Duration cpu_of(const Slot& slot) const;
  [[nodiscard]] Slot* slot_of(base::WorkerId worker);

  runtime::Executor executor_;
  runtime::Clock& clock_;
  FleetOwner& owner_;
  FleetOptions options_;
  worker_pool::Pool pool_;
  worker_pool::StallJudge judge_;
  std::vector<std::unique_ptr<Slot>> slots_;   ///< The pool's, in its order.
  std::vector<std::unique_ptr<Slot>> remote_;  ///< Of who joined from elsewhere.
  RemoteLedger ledger_;
  std::string fingerprint_;           ///< Of all workers; "": it is not known yet.
  bool fingerprint_is_ours_ = false;  ///< A worker of this machine has told it.
  worker_pool::SlotIndex next_remote_ = 0;
  base::TimePoint beaten_;
  worker_pool::Memory memory_;
  worker_pool::Memory device_memory_;
  std::uint64_t largest_on_device_ = 0;
  std::uint64_t largest_ = 0;  ///< Memory that one worker was seen to hold when it became ready.
  base::TimePoint weighed_;
  std::uint64_t next_worker_ = 1;
  std::uint64_t next_load_ = std::uint64_t{1} << 63;  ///< Loads are numbered apart from the scheduler's jobs.
  bool stopping_ = false;
  runtime::TaskGroup tasks_;
};

}  // namespace antiphon::gateway
