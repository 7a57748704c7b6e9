#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/time.h"
#include "fleet/fleet.h"
#include "fleet/voice_table.h"
#include "scheduler/options.h"
#include "worker_pool/options.h"

namespace antiphon::tracing {
class Tracer;
}

namespace antiphon::dispatch {

struct CellOptions {
  scheduler::Options scheduling{};
  fleet::WorkerCommand worker{};
  fleet::WorkerSource* source = nullptr;  ///< Where workers come from instead; it outlives the cell. Null: by `worker`.
  worker_pool::Options pool{};
  const device::Gpu* gpu = nullptr;  ///< See fleet::Options.
  std::vector<fleet::Voice> voices;  ///< At least one; the first is loaded before a worker counts.
  /// Voices that one worker holds at once, at least 1; the one used longest ago makes room. A worker that holds fewer
  /// says so.
  std::size_t voices_per_worker = 8;
  /// A stream whose listener leaves more audio than this waiting gets no more jobs until half of it is taken.
  base::Duration backlog = std::chrono::seconds(30);
  /// A stream that wants audio and gets none for so long fails. 1 s or more.
  base::Duration stream_stall_limit = std::chrono::seconds(30);
  fleet::RemoteOptions remote{};
  tracing::Tracer* tracer = nullptr;  ///< Takes spans of jobs; it outlives the cell. Null: nothing is traced.
};

}  // namespace antiphon::dispatch
