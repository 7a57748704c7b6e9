#pragma once

#include "base/time.h"

namespace antiphon::runtime {

/// Returns the processor time that the calling thread has used. Any thread. It is measured on a clock of the system,
/// whatever runtime::Clock says: for figures of cost, which decide nothing.
[[nodiscard]] base::Duration thread_cpu_time();

}  // namespace antiphon::runtime
