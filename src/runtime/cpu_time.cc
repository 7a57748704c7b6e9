#include "runtime/cpu_time.h"

#include <ctime>

namespace antiphon::runtime {

base::Duration thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace antiphon::runtime
