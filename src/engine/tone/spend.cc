#include "engine/tone/spend.h"

#include <ctime>
#include <thread>

namespace antiphon::engine::tone {
namespace {

base::Duration thread_cpu_time() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + base::Duration(t.tv_nsec);
}

}  // namespace

void spend(Cost::Mode mode, base::Duration amount) {
  if (amount <= base::Duration::zero()) return;
  if (mode == Cost::Mode::kSleep) {
    std::this_thread::sleep_for(amount);
    return;
  }
  const auto end = thread_cpu_time() + amount;
  while (thread_cpu_time() < end) {
  }
}

}  // namespace antiphon::engine::tone
