#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
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

// Workers. Those of this machine are processes in slots of the pool; those of other machines have none.

struct Worker {
  base::WorkerId id;         ///< A new one for every process.
  std::uint32_t places = 1;  ///< Number of render jobs that it has under way at once, at least 1.
  std::uint32_t depth = 1;   ///< Number of jobs that it may hold at its first place, at least 1.
  scheduler::DeviceId device{};
  std::vector<scheduler::VoiceId> voices{};  ///< The voices that it has loaded.
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
/// The slot's process has to be killed for this reason, ready or not.
struct WorkerFaulty {
  worker_pool::SlotIndex slot = 0;
  worker_pool::Death death = worker_pool::Death::kBadAnswer;
};
/// The slot's process is gone.
struct WorkerEnded {
  worker_pool::SlotIndex slot = 0;
  worker_pool::Blame blame = worker_pool::Blame::kSlot;
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
/// Coordinator::next_wakeup() has come. `readings` has every worker that takes jobs.
struct Tick {
  std::vector<worker_pool::StallJudge::Reading> readings{};
};
/// No request comes any more: the pool is asked once more when it is due, and then only when a worker comes or goes.
struct RequestsOver {};

using Event =
    std::variant<RequestArrived, RequestLeft, TextArrived, TextEnded, StreamBlocked, StreamUnblocked, JobStarted,
                 SegmentPlanned, PlanRefused, GrainRendered, RenderEnded, JobFailed, WorkerReady, WorkerNotSpawned,
                 WorkerFaulty, WorkerEnded, RemoteJoined, RemoteRetires, RemoteLost, VoiceLoaded, VoiceUnloaded,
                 VoiceLacking, LinkMeasured, MemoryMeasured, ResidentMeasured, Started, Tick, RequestsOver>;

}  // namespace antiphon::coordinator
