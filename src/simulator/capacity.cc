#include "simulator/capacity.h"

#include <algorithm>
#include <utility>

namespace antiphon::simulator {

Capacity find_capacity(const Scenario& scenario, std::uint32_t runs, std::uint32_t most, const Tried& tried) {
  Capacity best{.at = {}};
  const auto carries = [&](std::uint32_t listeners) {
    auto with = scenario;
    with.groups = {scenario.groups.front()};
    with.groups.front().users = listeners;
    with.groups.front().arrivals = ClosedLoop{};
    auto result = simulate(with, runs);
    if (tried) tried(listeners, result);
    const bool good = result.mean("good") >= best.least_good;
    if (good || listeners == 1) best.at = std::move(result);
    if (good) best.listeners = std::max(best.listeners, listeners);
    return good;
  };
  std::uint32_t carried = 0;
  std::uint32_t tests = 1;
  while (carries(tests)) {
    carried = tests;
    if (tests == most) return best;
    tests = std::min(most, 2 * tests);
  }
  auto too_many = tests;
  while (too_many - carried > 1) {
    const auto middle = carried + (too_many - carried) / 2;
    (carries(middle) ? carried : too_many) = middle;
  }
  return best;
}

}  // namespace antiphon::simulator
