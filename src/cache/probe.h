#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "metrics/registry.h"

namespace antiphon::cache {

/// What a request found.
enum class Lookup : std::uint8_t {
  kMemory,  ///< Audio in memory.
  kDisk,    ///< Audio in the folder.
  kMiss,    ///< Nothing.
};

enum class Tier : std::uint8_t { kMemory, kDisk };

/// Counts what the cache holds and what it is good for, for /metrics. Lives on the event loop.
class Probe {
 public:
  explicit Probe(metrics::Registry& registry);

  void looked_up(Lookup outcome) const { lookups_.at(std::to_underlying(outcome)).add(); }
  void holds(Tier tier, std::size_t entries, std::size_t bytes) const;
  void evicted(Tier tier, std::size_t entries) const {
    evictions_.at(std::to_underlying(tier)).add(static_cast<double>(entries));
  }
  /// Audio was not kept since there was no room on its way into the cache.
  void skipped() const { skipped_.add(); }
  void write_failed() const { write_failures_.add(); }
  void damaged() const { damaged_.add(); }

 private:
  std::array<metrics::Counter, 3> lookups_;
  std::array<metrics::Gauge, 2> entries_;
  std::array<metrics::Gauge, 2> bytes_;
  std::array<metrics::Counter, 2> evictions_;
  metrics::Counter skipped_;
  metrics::Counter write_failures_;
  metrics::Counter damaged_;
};

}  // namespace antiphon::cache
