#pragma once

#include <chrono>
#include <cstdint>

namespace antiphon::base {

/// The time line of the server's own decisions: monotonic, nanoseconds, no meaning outside one process.
/// It deliberately has no now(): pure code (L0, L1) takes the time as an argument; runtime/clock.h reads it.
struct Monotonic {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Monotonic, duration>;
  static constexpr bool is_steady = true;
};

using Duration = Monotonic::duration;
using TimePoint = Monotonic::time_point;

/// Seconds as a floating number, for arithmetic on rates and for metrics.
[[nodiscard]] constexpr double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

/// The nearest Duration to `s` seconds, saturated at about +-146 years so that infinities are harmless.
[[nodiscard]] constexpr Duration from_seconds(double s) {
  constexpr double kLimit = 4.6e9;
  if (!(s < kLimit)) return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(kLimit));
  if (!(s > -kLimit)) return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(-kLimit));
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
}

}  // namespace antiphon::base
