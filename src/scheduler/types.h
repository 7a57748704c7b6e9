#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "base/time.h"
#include "base/units.h"

namespace antiphon::scheduler {

/// A voice, numbered by the performer (the gateway or the simulator).
using VoiceId = base::StrongId<struct VoiceIdTag>;

/// A stream as it enters.
struct StreamSpec {
  base::StreamId id{};
  base::UserId user{};
  VoiceId voice{};
  double weight = 1.0;  ///< Share of the user against other users; above 0.
};

/// What a plan job found out.
struct PlanOutcome {
  std::span<const base::Duration> grains;  ///< Audio time of each grain; empty: the segment has nothing to speak.
  bool more_text = false;                  ///< Another segment follows.
  base::Duration took{};                   ///< The worker's time for it.
};

enum class JobKind : std::uint8_t { kPlan, kRender };

/// Send this job to that worker. A plan job plans the stream's next segment; a render job renders `grains` grains of
/// segment `segment` from grain `first_grain` on. Until its end is reported the stream gets no other job.
struct Dispatch {
  base::JobId job;
  base::WorkerId worker;
  base::StreamId stream;
  JobKind kind = JobKind::kPlan;
  std::uint32_t segment = 0;
  std::uint32_t first_grain = 0;
  std::uint32_t grains = 0;
};

/// Tell the worker to stop this job at its next grain edge; its end is still to be reported.
struct CancelJob {
  base::JobId job;
  base::WorkerId worker;
};

/// Everything of the stream is rendered. The scheduler has forgotten it.
struct StreamDone {
  base::StreamId stream;
};

/// One job of the stream lost its worker too often. The scheduler has forgotten the stream.
struct StreamFailed {
  base::StreamId stream;
};

using Action = std::variant<Dispatch, CancelJob, StreamDone, StreamFailed>;

}  // namespace antiphon::scheduler
