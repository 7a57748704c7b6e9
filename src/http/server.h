#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "http/answer.h"
#include "http/edge_policy.h"
#include "http/error.h"
#include "http/message.h"
#include "http/responder.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/handshake_limit.h"
#include "tls/server_context.h"

namespace antiphon::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< Numeric IPv4 or IPv6.
  std::uint16_t port = 8080;          ///< 0 picks a free one.
  std::size_t max_connections = 512;  ///< 1 or more; the next one is answered 503, or within TLS nothing, and closed.
  /// Of one peer, 1 or more; the next one ends in the same way. An IPv6 peer is a /64.
  std::size_t max_connections_per_address = 512;
  /// Peers, by their numeric address, that this limit does not count; null: none.
  std::function<bool(const std::string& address)> uncounted{};
  /// Handshakes of TLS at once, those of peers that are not counted in all only; the next one is closed.
  runtime::HandshakeLimit::Options handshakes{};
  std::size_t header_bytes = 16 * 1024;
  std::size_t target_bytes = 4 * 1024;
  std::size_t body_bytes = 256 * 1024;
  base::Duration header_timeout = std::chrono::seconds(10);    ///< From a request's first byte; or from accepting.
  base::Duration handshake_timeout = std::chrono::seconds(5);  ///< Timeout of TLS; from accepting.
  base::Duration body_timeout = std::chrono::seconds(30);      ///< From the end of the header.
  base::Duration idle_timeout = std::chrono::seconds(75);      ///< Between two requests.
  base::Duration write_timeout = std::chrono::seconds(10);     ///< For a reader that takes nothing.
  base::Duration linger_timeout = std::chrono::seconds(1);     ///< For the client to close after we did.
  /// TCP_NOTSENT_LOWAT: a write waits while more than this is unsent in the kernel, so that back-pressure is felt
  /// early. 0 leaves the system's default.
  int unsent_low_water_bytes = 16 * 1024;
  EdgeRules edge;
  AnswerObserver observer{};  ///< Null: nobody is told.
};

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

/// Answers one request. Both references stay valid until it returns. When the server gives up draining, it is
/// cancelled as a task.
using Handler = std::function<runtime::Awaitable<>(const Request&, Responder&)>;

/// Puts an error of the edge into the shape of the API. `request` is null where not even its target is known; a head
/// that was refused may lack its fields.
using ErrorFormatter = std::function<Response(const EdgeError& error, const Request* request)>;

/// An HTTP/1.1 server on one event loop: keep-alive, pipelining, Expect: 100-continue, HEAD, TLS. All on that thread.
class Server {
 public:
  Server(runtime::Executor executor, runtime::Clock& clock, ServerOptions options, Handler handler,
         ErrorFormatter error_formatter);
  /// After drain(), or never started.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Connections accepted from now on speak TLS, as `context` says; those that are there go on as they are. Before
  /// start(), or later in place of another one.
  void use_tls(tls::ServerContext context);

  /// Listens and accepts. Error: what was wrong with the address, as a sentence.
  [[nodiscard]] Result<Endpoint> start();

  /// New connections are refused by the system, idle ones closed, busy ones closed after their answer. Idempotent.
  void stop_accepting();

  /// Stops accepting, waits for the answers under way until `deadline`, then cuts them; returns when no connection
  /// is left.
  runtime::Awaitable<> drain(base::TimePoint deadline);

  [[nodiscard]] std::size_t connections() const;
  /// Connections that were closed since too many shook hands.
  [[nodiscard]] std::uint64_t refused_handshakes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace antiphon::http
