#include "scheduler/chunk_rule.h"

#include <gtest/gtest.h>

#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::Duration;

TEST(ChunkRule, GrowsWithTheFixedCostAndShrinksBeforeADeadline) {
  const std::vector<Duration> grains(50, 100ms);
  const Options options;
  const CostModel cheap({.fixed = 2ms, .ratio = 0.1});
  const CostModel dear({.fixed = 60ms, .ratio = 0.2});
  const ChunkSituation relaxed{.grains = grains, .until_dry = 5s, .workers = 1, .streams = 3};
  EXPECT_EQ(chunk_grains(options, cheap, cheap, relaxed), 5U) << "chunk_max";
  ChunkSituation urgent = relaxed;
  urgent.until_dry = 135ms;
  EXPECT_EQ(chunk_grains(options, cheap, cheap, urgent), 3U) << "2 ms + 0.1 * 0.3 s fit into 35 ms";
  urgent.until_dry = -1s;
  EXPECT_EQ(chunk_grains(options, cheap, cheap, urgent), 1U);
  EXPECT_GT(chunk_grains(options, dear, dear, urgent), chunk_grains(options, cheap, cheap, urgent))
      << "chunks too small for their fixed cost would overload the worker";
}

TEST(ChunkRule, NeverExceedsWhatIsLeftAndObeysAFixedNumber) {
  const std::vector<Duration> grains(3, 100ms);
  EXPECT_EQ(chunk_grains(Options{.fixed_chunk_grains = 4}, {}, {}, {.grains = grains}), 3U);
  EXPECT_EQ(chunk_grains(Options{.fixed_chunk_grains = 1}, {}, {}, {.grains = grains, .first = true}), 1U);
  EXPECT_EQ(chunk_grains(Options{.policy = Policy::kArrival}, {}, {}, {.grains = grains}), 3U);
}

}  // namespace
}  // namespace antiphon::scheduler
