#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/access_log.h"
#include "api/elevenlabs/socket.h"
#include "base/time.h"
#include "delivery/speech_handler.h"
#include "delivery/stream_book.h"
#include "delivery/voice_directory.h"
#include "dispatch/access_note.h"
#include "dispatch/cell.h"
#include "gateway/fleet_probe.h"
#include "gateway/live_view.h"
#include "http/error.h"
#include "http/responder.h"
#include "identity/identifier.h"
#include "metrics/process_metrics.h"
#include "protocol/elevenlabs/route.h"
#include "runtime/thread_pool.h"

namespace antiphon::gateway {

/// One request at its route. What it refers to outlives it.
struct Call {
  const http::Request& request;
  http::Responder& responder;
  std::string request_id;
  base::Result<identity::Caller, identity::Errc> caller;
  dispatch::AccessNote& note;
  std::string_view parameter{};  ///< See Route.
};

/// Finds the route of a request, asks whether its caller may use it, and calls what answers it. Lives on the event
/// loop.
class Front {
 public:
  /// `unhealthy_after`: see ServerOptions.
  /// `streams`: what can be resumed; null: nothing.
  Front(dispatch::Cell& cell, const delivery::VoiceDirectory& voices, delivery::SpeechHandler& speech,
        delivery::StreamBook* streams, const identity::Identifier& callers, runtime::Clock& clock,
        metrics::Registry& registry, dispatch::Probe& probe, api::AccessLog& access,
        api::elevenlabs::ElevenLabsSocketOptions sockets, base::Duration unhealthy_after, LiveViewOptions live = {});

  [[nodiscard]] runtime::Awaitable<> handle(const http::Request& request, http::Responder& responder);
  /// An error that the HTTP server found by itself, in the shape of the API. `request` may be null.
  [[nodiscard]] static http::Response edge_error(const http::EdgeError& error, const http::Request* request);

  /// What the keys as they are now do not let in ends: requests that wait or play, and sockets. All event streams of
  /// the live view end, and their clients come back with their keys.
  void keys_changed();

  /// From now on new work is refused and /readyz says so.
  void drain();

  // What answers each route; see routes.cc.

  [[nodiscard]] http::Response models(const Call& call) const;
  [[nodiscard]] http::Response model(const Call& call) const;
  [[nodiscard]] http::Response speech_models(const Call& call) const;
  [[nodiscard]] http::Response speech_voices(const Call& call) const;
  [[nodiscard]] http::Response voices(const Call& call) const;
  [[nodiscard]] http::Response voice(const Call& call) const;
  [[nodiscard]] http::Response root(const Call& call) const;
  [[nodiscard]] http::Response workers(const Call& call) const;
  [[nodiscard]] http::Response health(const Call& call) const;
  [[nodiscard]] http::Response readiness(const Call& call) const;
  [[nodiscard]] http::Response metrics(const Call& call) const;
  [[nodiscard]] http::Response asset(const Call& call) const;
  [[nodiscard]] runtime::Awaitable<> speak_openai(Call call);
  [[nodiscard]] runtime::Awaitable<> resume(Call call);
  [[nodiscard]] runtime::Awaitable<> stream_events(Call call);
  [[nodiscard]] runtime::Awaitable<> worker_events(Call call);
  [[nodiscard]] runtime::Awaitable<> streams(Call call);
  [[nodiscard]] runtime::Awaitable<> sample(Call call);
  [[nodiscard]] runtime::Awaitable<> text(Call call);
  template <protocol::elevenlabs::Endpoint kEndpoint>
  [[nodiscard]] runtime::Awaitable<> speak_elevenlabs(Call call) {
    return speak_elevenlabs_at(kEndpoint, std::move(call));
  }
  template <protocol::elevenlabs::Endpoint kEndpoint>
  [[nodiscard]] runtime::Awaitable<> open_socket(Call call) {
    return open_socket_at(kEndpoint, std::move(call));
  }

 private:
  /// Whether `caller`, as it was when its request came, may be spoken to.
  [[nodiscard]] bool may_stay(const identity::Caller& caller) const;
  [[nodiscard]] runtime::Awaitable<> speak_elevenlabs_at(protocol::elevenlabs::Endpoint endpoint, Call call);
  [[nodiscard]] runtime::Awaitable<> open_socket_at(protocol::elevenlabs::Endpoint endpoint, Call call);

  dispatch::Cell& cell_;
  const delivery::VoiceDirectory& voices_;
  delivery::SpeechHandler& speech_;
  delivery::StreamBook* streams_;
  const identity::Identifier& callers_;
  runtime::Clock& clock_;
  metrics::Registry& registry_;
  dispatch::Probe& probe_;
  api::AccessLog& access_;
  api::elevenlabs::ElevenLabsSocketOptions sockets_;
  base::Duration unhealthy_after_;
  std::unique_ptr<FleetProbe> fleet_probe_;
  metrics::ProcessMetrics process_metrics_;
  metrics::Gauge live_subscribers_;
  api::elevenlabs::ElevenLabsSockets open_sockets_;
  LiveView live_;
  runtime::ThreadPool previews_{1};  ///< One thread: a client that asks for many waits for its own.
  bool draining_ = false;
};

}  // namespace antiphon::gateway
