#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "base/time.h"

namespace antiphon::base {

/// An integer that cannot be confused with another kind of integer. `Tag` only names it.
template <class Tag>
struct StrongId {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

/// A stream: one utterance for one listener, from acceptance to its single end. Never reused in a process.
using StreamId = StrongId<struct StreamIdTag>;
/// A user: the unit of fairness.
using UserId = StrongId<struct UserIdTag>;
/// A worker slot of the pool. The process in the slot is told apart by its epoch.
using WorkerId = StrongId<struct WorkerIdTag>;
/// A job sent to a worker: one plan or one chunk. Never reused in a process.
using JobId = StrongId<struct JobIdTag>;

/// Audio samples per second, one channel.
struct SampleRate {
  std::uint32_t hz = 0;
  friend constexpr auto operator<=>(SampleRate, SampleRate) = default;
};

/// A number of samples of one channel at some SampleRate.
struct SampleCount {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(SampleCount, SampleCount) = default;
  constexpr SampleCount& operator+=(SampleCount o) {
    value += o.value;
    return *this;
  }
  friend constexpr SampleCount operator+(SampleCount a, SampleCount b) { return {a.value + b.value}; }
};

/// How long `n` samples play at `rate`, which must not be zero. Truncated to a nanosecond.
[[nodiscard]] constexpr Duration playing_time(SampleCount n, SampleRate rate) {
  const auto whole = n.value / rate.hz;
  const auto rest = n.value % rate.hz;
  return std::chrono::seconds(whole) + Duration(rest * 1'000'000'000ULL / rate.hz);
}

}  // namespace antiphon::base

template <class Tag>
struct std::hash<antiphon::base::StrongId<Tag>> {
  std::size_t operator()(antiphon::base::StrongId<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
