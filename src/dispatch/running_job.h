#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/coordinator.h"
#include "scheduler/types.h"
#include "wire/message.h"

namespace antiphon::dispatch {

/// A job that a worker was given and has not ended.
struct RunningJob {
  base::StreamId stream;
  base::WorkerId worker;
  scheduler::JobKind kind = scheduler::JobKind::kPlan;
  base::TimePoint progress;
  std::optional<base::TimePoint> begun{};           ///< When its worker said that it has begun.
  base::Duration audio{};                           ///< That was planned, or rendered so far.
  scheduler::WorkTime took{};                       ///< By the worker's account.
  std::uint32_t grains_left = 0;                    ///< Grains of a render job that have not come.
  std::uint32_t next_grain = 0;                     ///< Index of the one that comes next.
  coordinator::TextId text = coordinator::kNoText;  ///< Text of a plan.

  /// Whether its worker may say that now.
  template <class Body>
  [[nodiscard]] bool may_hear() const {
    if constexpr (std::is_same_v<Body, wire::Planned>) return kind == scheduler::JobKind::kPlan;
    if constexpr (std::is_same_v<Body, wire::GrainDone>) return grains_left > 0;
    if constexpr (std::is_same_v<Body, wire::RenderDone>) return kind == scheduler::JobKind::kRender;
    return true;
  }
};

}  // namespace antiphon::dispatch
