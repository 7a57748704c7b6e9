#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

/// For tests: runs what may end its process, or never end, in children of this one.
namespace antiphon::phonemizer {

struct TrialOptions {
  std::uint64_t from = 0;   ///< Number of the first case.
  std::uint64_t count = 1;  ///< Cases to try.
  /// CPU time that one case may take, so that a busy machine does not make it a hang.
  std::chrono::milliseconds limit = std::chrono::seconds(20);
  /// No case is begun after this time.
  std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  std::uint64_t per_child = 5000;  ///< Cases after which a fresh child goes on.
};

struct TrialReport {
  std::uint64_t tried = 0;
  std::vector<std::uint64_t> crashed;  ///< Cases in which the child ended.
  std::vector<std::uint64_t> hung;     ///< Cases that exceeded the limit.
  std::vector<std::uint64_t> wrong;    ///< Cases of which `attempt` says so.
};

/// Calls `attempt` with the number of each case, in child processes. A child that ends or hangs is replaced, and the
/// next goes on with the next case. Returns when all are tried or the time is over; `attempt` returns whether its case
/// went well.
[[nodiscard]] TrialReport try_in_children(const TrialOptions& options,
                                          const std::function<bool(std::uint64_t)>& attempt);

}  // namespace antiphon::phonemizer
