#include <gtest/gtest.h>

#include "simulator/results.h"

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;

TEST(Simulation, ServesEverybodyWhereThereIsRoom) {
  const auto result = simulate({.groups = {Group{.arrivals = Poisson{.load = 0.3}}}, .duration = 60s}, 2);
  EXPECT_EQ(result.mean("good"), 1.0);
  EXPECT_EQ(result.mean("gapless"), 1.0);
}

}  // namespace
}  // namespace antiphon::simulator
