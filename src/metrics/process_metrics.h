#pragma once

#include <vector>

#include "metrics/registry.h"

namespace antiphon::metrics {

/// What every process says of itself, by the names that Prometheus' client libraries agree on ("process metrics"). Of
/// this process alone, without its children.
class ProcessMetrics {
 public:
  explicit ProcessMetrics(Registry& registry);

  /// Reads it anew; before each scrape. What the system does not say is left out.
  void observe() const;

 private:
  Table cpu_;
  Table resident_;
  Table virtual_;
  Table threads_;
  Table open_files_;
  Table most_files_;
  Table start_;
};

}  // namespace antiphon::metrics
