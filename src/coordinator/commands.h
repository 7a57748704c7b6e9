#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/admission.h"
#include "scheduler/types.h"
#include "worker_pool/stall_detector.h"
#include "worker_pool/types.h"

/// What the Coordinator has its performer do, in the order in which it is given.
namespace antiphon::coordinator {

/// The request is let in. Exactly one of StreamDone and StreamFailed follows, unless the client leaves.
struct Admitted {
  scheduler::Admitted verdict;
  base::Duration predicted_start{};  ///< Until its first audio, counted from now.
};
/// The request is refused, which is its end.
struct Refused {
  scheduler::Refused verdict;
  worker_pool::Limit limit = worker_pool::Limit::kNone;  ///< What keeps further workers from being started.
};
/// Send this job to that worker, and report its start and its end.
struct Dispatch {
  scheduler::Dispatch job;
  worker_pool::StallDetector::Work work;  ///< What may be expected of the job where it is computed.
  base::Duration max_delay{};             ///< How long the job may wait at its worker for others to share a batch.
  std::size_t streams = 0;                ///< Number of streams under way: as many jobs may come to share the batch.
};
using scheduler::CancelJob;
/// Everything of the stream is rendered.
using scheduler::StreamDone;
using scheduler::StreamFailed;

/// Start a process in this slot and have it load its voices. Report WorkerReady or WorkerNotSpawned.
struct Spawn {
  worker_pool::SlotIndex slot = 0;
  worker_pool::Cause cause = worker_pool::Cause::kLeast;
};
/// The spare of this slot gets jobs from now on.
struct Promote {
  worker_pool::SlotIndex slot = 0;
  base::WorkerId worker;
  worker_pool::Cause cause = worker_pool::Cause::kLeast;
};
/// The worker of this slot gets no more jobs: end it when it has none, and report WorkerEnded.
struct Retire {
  worker_pool::SlotIndex slot = 0;
  base::WorkerId worker;
  worker_pool::Cause cause = worker_pool::Cause::kLittleLoad;
};
/// Kill this process, or cut the link to a worker of another machine, and report WorkerEnded or RemoteLost. Its jobs
/// are lost already.
struct Kill {
  std::optional<worker_pool::SlotIndex> slot;  ///< nullopt: the worker is on another machine.
  base::WorkerId worker;                       ///< Zero: the process was not ready yet.
  worker_pool::Death death = worker_pool::Death::kStalled;
  std::optional<worker_pool::StallDetector::Verdict> stall{};  ///< Where the stall judge has decided it.
};

/// A worker has ended while it planned a text of this stream. Nothing is to be done but to say so.
struct TextBlamed {
  base::StreamId stream;
  base::WorkerId worker;
  std::uint32_t losses = 0;  ///< Number of workers that the text has ended so far.
};

using Command = std::variant<Admitted, Refused, Dispatch, CancelJob, StreamDone, StreamFailed, Spawn, Promote, Retire,
                             Kill, TextBlamed>;

}  // namespace antiphon::coordinator
