#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/cost_estimator.h"
#include "scheduler/types.h"
#include "worker_pool/types.h"

/// The events of coordinator/events.h that are about workers. Those of this machine are processes in slots of the pool;
/// those of other machines have none. A performer whose workers load voices in no time needs neither WorkerConnected
/// nor LoadBegan and LoadEnded.
namespace antiphon::coordinator {

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

}  // namespace antiphon::coordinator
