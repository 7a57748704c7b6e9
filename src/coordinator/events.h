#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/costly_texts.h"
#include "scheduler/cost_model.h"
#include "scheduler/types.h"
#include "worker_pool/stall_judge.h"
#include "worker_pool/types.h"

/// What a performer (the gateway, the simulator, a test) reports to the Coordinator. Reports about requests, jobs and
/// workers that have ended are ignored, since reports cross with commands.
namespace antiphon::coordinator {

// Requests and their streams.

/// A request asks to be let in and can wait for `wait`. The id of its stream is new.
struct RequestArrived {
  scheduler::StreamSpec stream;
  base::Duration wait{};
  /// Of its speech, 1: as the voice speaks. What a plan costs goes by its text, of which faster speech has more.
  double speed = 1;
};
/// The client has left, or its request is given up. It may be waiting or under way; no command tells its end.
struct RequestLeft {
  base::StreamId stream;
};
/// See Scheduler::text_arrived().
struct TextArrived {
  base::StreamId stream;
  base::Duration expected{};
};
/// No more text comes for a stream that awaits some.
struct TextEnded {
  base::StreamId stream;
};
/// The client's buffers are full: the stream gets no jobs until they are not.
struct StreamBlocked {
  base::StreamId stream;
};
/// See Scheduler::unblock_stream().
struct StreamUnblocked {
  base::StreamId stream;
  base::Duration taken{};
};

// Jobs. `cpu` is the processor time that the worker's process has used by now, since it began; zero: not known.

/// The worker has begun the job.
struct JobStarted {
  base::JobId job;
  base::Duration cpu{};
  TextId text = kNoText;  ///< That a plan job reads, where texts are watched; see CostlyTexts.
};
/// The end of a plan job; see scheduler::PlanOutcome.
struct SegmentPlanned {
  base::JobId job;
  std::vector<base::Duration> grains{};
  bool more_text = false;
  bool awaits_text = false;
  base::Duration expected{};
  scheduler::WorkTime took{};
  base::Duration cpu{};
};
/// A plan job ended without a plan, and its stream is planned again with shorter text.
struct PlanRefused {
  base::JobId job;
  base::Duration cpu{};
};
/// The next grain of a render job has arrived.
struct GrainRendered {
  base::JobId job;
  scheduler::WorkTime took{};
};
/// The end of a render job, complete or cancelled.
struct RenderEnded {
  base::JobId job;
  base::Duration cpu{};
};
/// The end of a job that failed: its stream fails.
struct JobFailed {
  base::JobId job;
  base::Duration cpu{};
};

// Workers. Those of this machine are processes in slots of the pool; those of other machines have none. A performer
// whose workers load voices in no time needs neither WorkerConnected nor LoadBegan and LoadEnded.

struct Worker {
  base::WorkerId id;         ///< A new one for every process.
  std::uint32_t places = 1;  ///< Number of render jobs that it has under way at once, at least 1.
  std::uint32_t depth = 1;   ///< Number of jobs that it may hold at its first place, at least 1.
  scheduler::DeviceId device{};
  std::vector<scheduler::VoiceId> voices{};  ///< The voices that it has loaded.
};

/// The process that was spawned in this slot runs, or a worker of another machine has connected. It is not ready yet.
struct WorkerConnected {
  base::WorkerId worker;                       ///< A new one for every process.
  std::optional<worker_pool::SlotIndex> slot;  ///< nullopt: the worker is on another machine.
};
/// The worker has something to load, which includes its own start, before it can do what it is given later. It is
/// killed if that takes longer than StallOptions::load_limit.
struct LoadBegan {
  base::WorkerId worker;
  std::uint64_t load = 0;               ///< Differs from all jobs and other loads of the worker.
  std::optional<base::JobId> before{};  ///< The job, given already, that waits for it; nullopt: none does.
  base::Duration cpu{};
};
/// The load is over, whether it succeeded or not.
struct LoadEnded {
  base::WorkerId worker;
  std::uint64_t load = 0;
  base::Duration cpu{};
};
/// The process that was spawned in this slot has its voices loaded. It gets jobs once it is promoted.
struct WorkerReady {
  worker_pool::SlotIndex slot = 0;
  Worker worker;
};
/// The system has no room for the process that was to be spawned in this slot.
struct WorkerNotSpawned {
  worker_pool::SlotIndex slot = 0;
};
/// The slot's process, or the worker of another machine, has to be killed for this reason, ready or not.
struct WorkerFaulty {
  std::optional<worker_pool::SlotIndex> slot;  ///< nullopt: the worker is on another machine.
  worker_pool::Death death = worker_pool::Death::kBadAnswer;
  base::WorkerId worker{};  ///< Looked at only where there is no slot.
};
/// The slot's process is gone.
struct WorkerEnded {
  worker_pool::SlotIndex slot = 0;
};
/// A worker of another machine takes jobs from now on.
struct RemoteJoined {
  Worker worker;
};
/// A worker of another machine wants no more jobs.
struct RemoteRetires {
  base::WorkerId worker;
};
/// A worker of another machine is gone, or the link to it.
struct RemoteLost {
  base::WorkerId worker;
};
/// Of a worker that does not take jobs yet: it has the voice by the time at which it could be given one.
struct VoiceLoaded {
  base::WorkerId worker;
  scheduler::VoiceId voice;
};
struct VoiceUnloaded {
  base::WorkerId worker;
  scheduler::VoiceId voice;
};
/// The worker cannot load the voice.
struct VoiceLacking {
  base::WorkerId worker;
  scheduler::VoiceId voice;
};
/// The link to a worker of another machine costs so much, and hides its delay with so many jobs.
struct LinkMeasured {
  base::WorkerId worker;
  scheduler::DeviceId device{};
  scheduler::Distance distance{};
  std::uint32_t depth = 1;
};
/// What the way to a worker of another machine and back takes. Once it is known, the stall judge gives the worker's
/// jobs the patience that a link needs, and does not look at their processor time: that is judged at the other end.
struct RoundTripMeasured {
  base::WorkerId worker;
  base::Duration round_trip{};
};
/// Slots that were given up or are in quarantine are to be tried again.
struct FaultsReset {};
/// What the machine and the device hold, and what one more worker is expected to hold; see worker_pool::Sample.
struct MemoryMeasured {
  worker_pool::Memory machine{};
  worker_pool::Memory device{};
  std::uint64_t worker_bytes = 0;
  std::uint64_t worker_device_bytes = 0;
};
/// What the process of a slot holds, in bytes.
struct ResidentMeasured {
  worker_pool::SlotIndex slot = 0;
  std::uint64_t bytes = 0;
};

// Time.

/// The first workers are wanted.
struct Started {};
/// Coordinator::next_wakeup() has come. `readings` has every worker that takes jobs or did until it was to retire; none
/// is needed unless Coordinator::wants_readings().
struct Tick {
  std::vector<worker_pool::StallJudge::Reading> readings{};
};
/// No request comes any more: the pool is asked once more when it is due, and then only when a worker comes or goes.
struct RequestsOver {};

using Event =
    std::variant<RequestArrived, RequestLeft, TextArrived, TextEnded, StreamBlocked, StreamUnblocked, JobStarted,
                 SegmentPlanned, PlanRefused, GrainRendered, RenderEnded, JobFailed, WorkerConnected, LoadBegan,
                 LoadEnded, WorkerReady, WorkerNotSpawned, WorkerFaulty, WorkerEnded, RemoteJoined, RemoteRetires,
                 RemoteLost, VoiceLoaded, VoiceUnloaded, VoiceLacking, LinkMeasured, RoundTripMeasured, FaultsReset,
                 MemoryMeasured, ResidentMeasured, Started, Tick, RequestsOver>;

}  // namespace antiphon::coordinator
