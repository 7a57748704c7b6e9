#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "gateway/access_log.h"
#include "gateway/cell.h"
#include "gateway/elevenlabs_socket.h"
#include "gateway/fleet_probe.h"
#include "gateway/routes.h"
#include "gateway/speech_handler.h"
#include "gateway/voice_directory.h"
#include "http/error.h"
#include "http/responder.h"
#include "identity/identifier.h"
#include "metrics/process_metrics.h"

namespace antiphon::gateway {

/// Finds out what a request is for and answers it: the table of routes. Lives on the event loop.
class Front {
 public:
  /// `unhealthy_after`: see ServerOptions.
  Front(Cell& cell, const VoiceDirectory& voices, SpeechHandler& speech, const identity::Identifier& callers,
        runtime::Clock& clock, metrics::Registry& registry, Probe& probe, AccessLog& access,
        ElevenLabsSocketOptions sockets, base::Duration unhealthy_after);

  [[nodiscard]] runtime::Awaitable<> handle(const http::Request& request, http::Responder& responder);
  /// An error that the HTTP server found by itself, in the shape of the API. `request` may be null.
  [[nodiscard]] static http::Response edge_error(const http::EdgeError& error, const http::Request* request);

  /// What the keys as they are now do not let in ends: requests that wait or play, and sockets.
  void keys_changed();

  /// From now on new work is refused and /readyz says so.
  void drain();

 private:
  [[nodiscard]] http::Response answer(const Route& route, const http::Request& request) const;
  [[nodiscard]] http::Response health() const;
  [[nodiscard]] http::Response readiness() const;
  [[nodiscard]] http::Response metrics() const;

  Cell& cell_;
  const VoiceDirectory& voices_;
  SpeechHandler& speech_;
  const identity::Identifier& callers_;
  runtime::Clock& clock_;
  metrics::Registry& registry_;
  Probe& probe_;
  AccessLog& access_;
  ElevenLabsSocketOptions sockets_;
  base::Duration unhealthy_after_;
  std::unique_ptr<FleetProbe> fleet_probe_;
  metrics::ProcessMetrics process_metrics_;
  ElevenLabsSockets open_sockets_;
  bool draining_ = false;
};

}  // namespace antiphon::gateway
