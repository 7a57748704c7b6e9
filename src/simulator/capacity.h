#pragma once

#include <cstdint>
#include <functional>

#include "simulator/results.h"
#include "simulator/scenario.h"

namespace antiphon::simulator {

/// The continuity ceiling: the most real-time listeners of whom so many requests are good.
struct Capacity {
  std::uint32_t listeners = 0;
  double least_good = 0.95;
  Result at;  ///< With so many; with one, where there is room for none.
};

/// Called after each number that was tried.
using Tried = std::function<void(std::uint32_t listeners, const Result& result)>;

/// Searches it by doubling and halving, to the listener: as many users as are tried, each with one request after the
/// other (texts and waits of the scenario's first group). `scenario` must be valid; `most` at least 1.
[[nodiscard]] Capacity find_capacity(const Scenario& scenario, std::uint32_t runs, std::uint32_t most,
                                     const Tried& tried = {});

}  // namespace antiphon::simulator
