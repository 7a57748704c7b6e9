#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gateway/worker_fleet.h"
#include "metrics/registry.h"
#include "worker_pool/types.h"

namespace antiphon::gateway {

/// What the workers are and were, for /metrics. Lives on the event loop.
class FleetProbe {
 public:
  explicit FleetProbe(metrics::Registry& registry);

  /// What is so now; before each scrape.
  void observe(const WorkerFleet& fleet);

 private:
  static constexpr std::size_t kStates = 9;

  void observe_pool(const worker_pool::Pool& pool);
  void observe_remote(const WorkerFleet& fleet);
  /// A slot has a gauge from the first time on that it is used.
  void observe_memory(const WorkerFleet& fleet);

  metrics::Registry& registry_;
  std::vector<metrics::Gauge> here_;  ///< Slots in each state.
  std::vector<metrics::Gauge> elsewhere_;
  std::vector<metrics::Counter> deaths_here_;
  std::vector<metrics::Counter> deaths_elsewhere_;
  metrics::Counter starts_;
  metrics::Counter decisions_;
  metrics::Gauge wanted_;
  metrics::Gauge remote_memory_;
  std::array<std::uint64_t, worker_pool::kDeaths> seen_here_{};
  std::array<std::uint64_t, worker_pool::kDeaths> seen_elsewhere_{};
  std::uint64_t seen_starts_ = 0;
  std::uint64_t seen_decisions_ = 0;
};

}  // namespace antiphon::gateway
