#pragma once

#include <cstdint>
#include <span>

#include "base/time.h"
#include "scheduler/cost_model.h"
#include "scheduler/options.h"

namespace antiphon::scheduler {

/// What the chunk rule looks at, at the moment of dispatch.
struct ChunkSituation {
  std::span<const base::Duration> grains;  ///< Audio time of the segment's grains that are left; not empty.
  bool first = false;                      ///< Nothing of the stream was rendered yet.
  base::Duration until_dry{};              ///< underrun_at - now for a started stream; may be negative.
  std::uint32_t workers = 1;               ///< Live workers (m), at least 1.
  std::uint32_t streams = 1;               ///< Streams being served (n), at least 1.
  bool loaded = false;                     ///< More than prefetch_load is asked for.
};

/// The audio time that a newly started stream must hold so that it survives everybody else's longest jobs.
[[nodiscard]] base::Duration startup_buffer(const Options& options, const CostModel& cost, std::uint32_t workers);

/// How many grains the next chunk has: at least one, at most all that are left. `cost` is what it takes of the worker's
/// time, `pace` what it takes of the clock: the same where a worker does one job at once.
[[nodiscard]] std::uint32_t chunk_grains(const Options& options, const CostModel& cost, const CostModel& pace,
                                         const ChunkSituation& situation);

}  // namespace antiphon::scheduler
