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

/// Microseconds that another process counted, saturated at about 12 days.
[[nodiscard]] constexpr Duration from_microseconds(std::uint64_t us) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 40U;
  return std::chrono::microseconds(us < kLimit ? us : kLimit);
}

/// As they are told to another process: rounded down, nothing where it is negative.
[[nodiscard]] constexpr std::uint64_t to_microseconds(Duration d) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  return us > 0 ? static_cast<std::uint64_t>(us) : 0;
}

}  // namespace antiphon::base
