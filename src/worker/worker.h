#pragma once

#include <cstddef>

#include "process/fd.h"
#include "worker/voice_cache.h"

namespace antiphon::worker {

struct Options {
  process::Fd socket;               ///< Connected to the gateway, blocking; see process/socket.h.
  Engines engines;                  ///< By name; the first of a name counts. Used only by the thread that calls run().
  std::size_t max_voices = 8;       ///< Loaded at once, at least 1; the one used longest ago makes room.
  std::size_t max_queued_jobs = 8;  ///< Waiting behind those that run; more are answered with Failed.
  /// Render jobs under way at once, whose grains are rendered together where the voice can: the size of its batches.
  std::uint32_t places = 1;
};

/// Serves the gateway at the other end of the socket until it closes it: the calling thread computes, a second one
/// reads, so that Cancel and StatsRequest are seen while a job runs. Nothing is kept between jobs but loaded voices.
/// Plans are made between two batches of grains, and voices loaded when no render job is under way.
/// Returns the exit status of the process: 0 = the gateway closed its end, 1 = it spoke something else than the
/// protocol, which was logged.
[[nodiscard]] int run(Options options);

}  // namespace antiphon::worker
