#pragma once

#include <chrono>
#include <cstdint>

#include "base/time.h"
#include "scheduler/options.h"
#include "worker_pool/options.h"

namespace antiphon::coordinator {

/// Whether workers whose jobs do not end are killed.
enum class StallDetection : std::uint8_t { kOff, kOn };

/// Which estimates of a job's time a worker is held to.
enum class Estimates : std::uint8_t {
  kLearnt,  ///< Those that rest on enough jobs of this run. A job without one has StallOptions::job_limit.
  kAll,     ///< Those known from elsewhere too: in a simulation these are exact.
};

struct Options {
  scheduler::Options scheduling{};
  worker_pool::Options pool{};
  /// How often the pool is asked while nothing is reported about workers. Zero: never, where none can come or go.
  base::Duration pool_interval = std::chrono::milliseconds(100);
  StallDetection stalls = StallDetection::kOn;
  Estimates estimates = Estimates::kLearnt;
  /// How long a spare takes until it has taken the place of a lost worker. Zero where it does so at once.
  base::Duration takeover{};
};

}  // namespace antiphon::coordinator
