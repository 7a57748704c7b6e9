#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/costly_texts.h"
#include "coordinator/worker_events.h"
#include "scheduler/cost_model.h"
#include "scheduler/types.h"
#include "worker_pool/stall_detector.h"

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
  base::Duration first_silence{};
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

// Time.

/// The first workers are wanted.
struct Started {};
/// Coordinator::next_wakeup() has come. `readings` has every worker that takes jobs or did until it was to retire; none
/// is needed unless Coordinator::wants_readings().
struct Tick {
  std::vector<worker_pool::StallDetector::Reading> readings{};
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
