#pragma once

#include "base/time.h"

namespace antiphon::runtime {

/// CLOCK_BOOTTIME: goes on while the machine is suspended, where SystemClock stands still. Its points in time compare
/// with each other alone.
[[nodiscard]] base::TimePoint boot_time() noexcept;

}  // namespace antiphon::runtime
