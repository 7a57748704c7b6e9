#pragma once

#include <cstdint>

namespace antiphon::worker {

/// Microseconds of CPU that the calling thread, or the whole process, has used.
[[nodiscard]] std::uint64_t thread_cpu_us();
[[nodiscard]] std::uint64_t process_cpu_us();

/// Resident memory of this process in bytes; 0 where the system does not say.
[[nodiscard]] std::uint64_t resident_bytes();

/// Measures one computation on the calling thread.
class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] std::uint64_t cpu_us() const { return thread_cpu_us() - cpu_; }
  [[nodiscard]] std::uint64_t wall_us() const;

 private:
  std::uint64_t cpu_;
  std::uint64_t wall_;
};

}  // namespace antiphon::worker
