#pragma once

#include <cstddef>
#include <cstdint>

namespace antiphon::coordinator {

/// What decides how many new requests a balancer should send to a cell: a gateway with its workers.
struct CellRoom {
  enum class Phase : std::uint8_t { kServing, kDraining };
  Phase phase = Phase::kServing;
  std::size_t ready_workers = 0;
  std::size_t waiting = 0;  ///< Requests that wait to be let in, and places kept for those that were refused.
  double load = 0;          ///< Share of what can be promised that is asked for; 1 is all.
};

/// Returns the share of what the cell can promise that nobody asks for, 0 to 1; 0 where requests wait, no worker is
/// ready, or the cell drains.
[[nodiscard]] double spare_of(const CellRoom& room);

/// Returns the percentage of its full weight that a cell which serves should have, 1 to 100: what of its promises is
/// not asked for, rounded down, and 1 where requests wait. It is never 0, which balancers take for a cell that drains.
[[nodiscard]] std::uint32_t weight_percent(const CellRoom& room);

}  // namespace antiphon::coordinator
