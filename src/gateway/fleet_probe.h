#pragma once

#include <optional>
#include <vector>

#include "fleet/fleet.h"
#include "metrics/registry.h"

namespace antiphon::gateway {

/// What each worker is and was, and what the pool decided, for /metrics. docs/metrics.md lists it. A worker is named by
/// two labels: `machine`, "here" or "elsewhere", and `worker`, its slot's number here, its id elsewhere. Lives on the
/// event loop.
class FleetProbe {
 public:
  explicit FleetProbe(metrics::Registry& registry);

  /// What is so now; before each scrape.
  void observe(const fleet::Fleet& fleet) const;

 private:
  /// A figure of each worker; nothing: it does not apply to it, or is not known.
  struct Column {
    metrics::Table table;
    std::optional<double> (*figure)(const fleet::Fleet::Status& status);
  };
  [[nodiscard]] static std::vector<Column> columns(metrics::Registry& registry);

  void observe_slots(const std::vector<fleet::Fleet::Status>& all) const;
  void observe_workers(const fleet::Fleet& fleet, std::vector<fleet::Fleet::Status> all) const;
  void observe_lives(const fleet::Fleet& fleet) const;
  void observe_pool(const fleet::Fleet& fleet) const;

  std::vector<Column> columns_;
  metrics::Table state_;
  metrics::Table voice_;
  metrics::Table device_;
  // Of each local slot, and of each remote worker.
  metrics::Table restarts_;
  metrics::Table deaths_;
  // Of the pool.
  metrics::Table slots_;
  metrics::Table decisions_;
  metrics::Table condition_;
  metrics::Table limit_;
  metrics::Gauge wanted_;
  metrics::Gauge raised_;
};

}  // namespace antiphon::gateway
