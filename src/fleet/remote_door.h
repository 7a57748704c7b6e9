#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "fleet/fleet.h"
#include "identity/key_ring.h"
#include "link/message_stream.h"
#include "runtime/clock.h"
#include "runtime/handshake_limit.h"
#include "runtime/tcp_server.h"
#include "tls/server_context.h"

namespace antiphon::fleet {

/// How the gateway shows itself to workers on other machines, and by what it knows them.
struct RemoteCredentials {
  std::optional<tls::ServerContext> tls{};  ///< Nothing: unencrypted, for workers on this machine alone.
  identity::KeyRing tokens{};               ///< Hashes of what workers send.
};

struct RemoteDoorOptions {
  std::string address = "127.0.0.1";  ///< Numeric. Without TLS: a loopback.
  std::uint16_t port = 0;             ///< 0 picks a free one.
  RemoteCredentials credentials{};
};

/// Where remote workers come in. It shakes hands, reads which worker it is, and hands a worker that may join to the
/// fleet. A connection that has not introduced itself is given kHandshake and one frame of at most
/// wire::Limits::kJoinBytes; there are at most kMostUnauthenticated of them at once, each for kStrangersHold at least,
/// and the next one is closed. Lives on one event loop.
class RemoteDoor {
 public:
  /// `clock` and `fleet` outlive it.
  RemoteDoor(const runtime::Executor& executor, runtime::Clock& clock, Fleet& fleet, RemoteDoorOptions options);

  /// Takes the address; gives back the port. Error: what the system said.
  [[nodiscard]] std::expected<std::uint16_t, std::string> listen() { return server_.listen(); }
  void start() { server_.start(); }
  /// For workers that come from now on. Of the others, those whose token is not known any more are sent away.
  void set_credentials(RemoteCredentials credentials);
  /// Closes what is there and returns when nothing is left.
  [[nodiscard]] runtime::Awaitable<> close() { return server_.drain(clock_.now()); }
  /// Serves a connection that was accepted, and made secure, elsewhere, until it ends. It counts against no limit.
  [[nodiscard]] runtime::Awaitable<> serve(std::unique_ptr<link::ByteStream> bytes, std::string address);

  /// Connections that were closed since too many were not known yet.
  [[nodiscard]] std::uint64_t refused_handshakes() const { return unauthenticated_.refused(); }

  static constexpr std::size_t kMostUnauthenticated = 64;
  static constexpr std::size_t kMostUnauthenticatedOfAddress = 16;
  static constexpr base::Duration kStrangersHold = std::chrono::milliseconds(250);
  static constexpr base::Duration kHandshake = std::chrono::seconds(5);

 private:
  /// A worker that has shown that it may join.
  struct AuthenticatedPeer {
    std::unique_ptr<link::MessageStream> stream;
    wire::Join join;
  };

  [[nodiscard]] runtime::Awaitable<> serve(runtime::TcpServer::Socket socket);
  [[nodiscard]] runtime::Awaitable<> receive(runtime::TcpServer::Socket socket, const std::string& address,
                                             std::optional<AuthenticatedPeer>& peer);
  /// Reads which worker it is, and answers one that may not join.
  [[nodiscard]] runtime::Awaitable<> introduce(std::unique_ptr<link::ByteStream> bytes, const std::string& address,
                                               std::optional<AuthenticatedPeer>& peer);
  /// Hands a worker that may join to the fleet until it goes.
  [[nodiscard]] runtime::Awaitable<> let_in(std::optional<AuthenticatedPeer> peer, const std::string& address);
  /// Null: it failed, which was logged.
  [[nodiscard]] runtime::Awaitable<std::unique_ptr<link::ByteStream>> shake_hands(runtime::TcpServer::Socket socket,
                                                                                  const std::string& address);
  [[nodiscard]] std::optional<wire::Refused> judge(const wire::Join& join) const;
  /// Logs it, and returns when it was said.
  [[nodiscard]] static runtime::Awaitable<> turn_away(link::MessageStream& stream, const std::string& address,
                                                      const std::string& id, const wire::Refused& refusal);

  runtime::Executor executor_;
  runtime::Clock& clock_;
  Fleet& fleet_;
  RemoteCredentials credentials_;
  runtime::HandshakeLimit unauthenticated_;
  runtime::TcpServer server_;
};

}  // namespace antiphon::fleet
