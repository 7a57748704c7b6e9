#include "runtime/boot_time.h"

#include <chrono>
#include <ctime>

namespace antiphon::runtime {

base::TimePoint boot_time() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return base::TimePoint(std::chrono::duration_cast<base::Duration>(std::chrono::seconds(time.tv_sec) +
                                                                    std::chrono::nanoseconds(time.tv_nsec)));
}

}  // namespace antiphon::runtime
