#include "cache/probe.h"

#include <string>
#include <string_view>

namespace antiphon::cache {
namespace {

metrics::Counter lookups(metrics::Registry& registry, std::string_view outcome) {
  return registry.counter("antiphon_cache_lookups_total", "Requests that were looked up in the cache of audio.",
                          {{"outcome", std::string(outcome)}});
}

metrics::Gauge entries(metrics::Registry& registry, std::string_view tier) {
  return registry.gauge("antiphon_cache_entries", "Utterances in the cache of audio.", {{"tier", std::string(tier)}});
}

metrics::Gauge bytes(metrics::Registry& registry, std::string_view tier) {
  return registry.gauge("antiphon_cache_bytes", "What they take.", {{"tier", std::string(tier)}});
}

metrics::Counter evictions(metrics::Registry& registry, std::string_view tier) {
  return registry.counter("antiphon_cache_evictions_total", "Utterances that made room for others.",
                          {{"tier", std::string(tier)}});
}

}  // namespace

Probe::Probe(metrics::Registry& registry)
    : lookups_{lookups(registry, "memory"), lookups(registry, "disk"), lookups(registry, "miss")},
      entries_{entries(registry, "memory"), entries(registry, "disk")},
      bytes_{bytes(registry, "memory"), bytes(registry, "disk")},
      evictions_{evictions(registry, "memory"), evictions(registry, "disk")},
      skipped_(registry.counter("antiphon_cache_skipped_total",
                                "Utterances that were not kept: too long, or too many on their way into the cache.")),
      write_failures_(
          registry.counter("antiphon_cache_write_failures_total", "Utterances that could not be written to the disk.")),
      damaged_(registry.counter("antiphon_cache_damaged_total",
                                "Files of the cache that were not what was written, and were removed.")) {}

void Probe::holds(Tier tier, std::size_t entries, std::size_t bytes) const {
  entries_.at(std::to_underlying(tier)).set(static_cast<double>(entries));
  bytes_.at(std::to_underlying(tier)).set(static_cast<double>(bytes));
}

}  // namespace antiphon::cache
