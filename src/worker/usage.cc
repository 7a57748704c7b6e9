#include "worker/usage.h"

#include <unistd.h>

#include <ctime>
#include <fstream>

namespace antiphon::worker {
namespace {

std::uint64_t microseconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(t.tv_nsec) / 1'000;
}

}  // namespace

std::uint64_t thread_cpu_us() { return microseconds(CLOCK_THREAD_CPUTIME_ID); }
std::uint64_t process_cpu_us() { return microseconds(CLOCK_PROCESS_CPUTIME_ID); }

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return statm ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

Stopwatch::Stopwatch() : cpu_(thread_cpu_us()), wall_(microseconds(CLOCK_MONOTONIC)) {}

std::uint64_t Stopwatch::wall_us() const { return microseconds(CLOCK_MONOTONIC) - wall_; }

}  // namespace antiphon::worker
