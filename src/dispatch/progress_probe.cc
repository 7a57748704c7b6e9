#include "dispatch/progress_probe.h"

#include <string>
#include <string_view>

namespace antiphon::dispatch {
namespace {

metrics::Counter resumes(metrics::Registry& registry, std::string_view outcome) {
  return registry.counter("antiphon_resumes_total", "Requests to go on with a stream, by what became of them.",
                          {{"outcome", std::string(outcome)}});
}

metrics::Counter keys(metrics::Registry& registry, std::string_view outcome) {
  return registry.counter("antiphon_idempotency_keys_total", "Requests with an Idempotency-Key, by what it stood for.",
                          {{"outcome", std::string(outcome)}});
}

void raise(const metrics::Counter& counter, std::uint64_t to) {
  counter.add(static_cast<double>(to) - counter.value());
}

}  // namespace

ProgressProbe::ProgressProbe(metrics::Registry& registry)
    : resumed_{resumes(registry, "continued"),     resumes(registry, "anew"),       resumes(registry, "not_found"),
               resumes(registry, "text_not_kept"), resumes(registry, "beyond_end"), resumes(registry, "unavailable")},
      keyed_{keys(registry, "first"), keys(registry, "hit"), keys(registry, "reused"), keys(registry, "unavailable")},
      taken_over_(registry.counter("antiphon_streams_taken_over_total",
                                   "Streams that were cut, since another connection or gateway goes on with them.")),
      records_(
          registry.gauge("antiphon_progress_records",
                         "Records of streams in this process; with Redis those that are live or not yet written.")),
      bytes_(registry.gauge("antiphon_progress_bytes", "Memory of these records.")),
      dropped_(registry.counter("antiphon_progress_dropped_total",
                                "Records that were not kept, or went before their time, since there was no room.")),
      failures_(registry.counter("antiphon_progress_write_failures_total",
                                 "Writes of records that Redis refused or did not answer.")),
      connected_(registry.gauge("antiphon_redis_connected", "1 while there is a connection to Redis.")),
      connections_(registry.counter("antiphon_redis_connections_total", "Times that a connection to Redis was made.")),
      commands_(registry.counter("antiphon_redis_commands_total", "Commands that were sent to Redis.")),
      sent_bytes_(registry.counter("antiphon_redis_sent_bytes_total", "Bytes of these commands.")),
      waiting_(registry.gauge("antiphon_redis_waiting_commands", "Commands whose answers have not come.")) {}

void ProgressProbe::observe(const progress::Figures& figures) const {
  records_.set(static_cast<double>(figures.records));
  bytes_.set(static_cast<double>(figures.bytes));
  raise(dropped_, figures.dropped);
  raise(failures_, figures.failures);
  connected_.set(static_cast<double>(figures.connected));
  raise(connections_, figures.connections);
  raise(commands_, figures.commands);
  raise(sent_bytes_, figures.sent_bytes);
  waiting_.set(static_cast<double>(figures.waiting));
}

}  // namespace antiphon::dispatch
