#include "dispatch/door_probe.h"

#include <string>
#include <string_view>

namespace antiphon::dispatch {
namespace {

metrics::Counter requests(metrics::Registry& registry, std::string_view door) {
  return registry.counter("antiphon_requests_total", "Utterances that were asked for, by door.",
                          {{"door", std::string(door)}});
}

metrics::Gauge open_connections(metrics::Registry& registry, std::string_view server) {
  return registry.gauge("antiphon_connections", "Connections that are open, WebSockets among those of HTTP.",
                        {{"server", std::string(server)}});
}

metrics::Counter closed_handshakes(metrics::Registry& registry, std::string_view server) {
  return registry.counter("antiphon_handshakes_refused_total",
                          "Connections that were closed since too many shook hands.",
                          {{"server", std::string(server)}});
}

}  // namespace

DoorProbe::DoorProbe(metrics::Registry& registry)
    : asked_{requests(registry, "openai"), requests(registry, "elevenlabs"), requests(registry, "elevenlabs_socket"),
             requests(registry, "wyoming")},
      sockets_(registry.gauge("antiphon_sockets", "WebSockets that are open.")),
      contexts_(registry.gauge("antiphon_contexts", "Contexts of these that are not over.")),
      http_(open_connections(registry, "http")),
      wyoming_(open_connections(registry, "wyoming")),
      refused_handshakes_{closed_handshakes(registry, "http"), closed_handshakes(registry, "workers")} {}

void DoorProbe::connections(std::size_t http, std::size_t wyoming) const {
  http_.set(static_cast<double>(http));
  wyoming_.set(static_cast<double>(wyoming));
}

void DoorProbe::refused_handshakes(std::uint64_t http, std::uint64_t workers) const {
  const std::array seen = {http, workers};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto& counter = refused_handshakes_.at(i);
    counter.add(static_cast<double>(seen.at(i)) - counter.value());
  }
}

}  // namespace antiphon::dispatch
