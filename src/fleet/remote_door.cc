#include "fleet/remote_door.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "runtime/log.h"
#include "runtime/task_group.h"

namespace antiphon::fleet {
namespace {

constexpr std::size_t kMostIdBytes = 64;
/// Beyond what the fleet takes: those whose end is not noticed yet, and the unauthenticated peers.
constexpr std::size_t kMostConnections = 1024;

std::string address_of(const runtime::TcpServer::Socket& socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return "unknown";
  const auto address = peer.address().to_string();
  const auto host = peer.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(peer.port());
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kMostIdBytes && std::ranges::all_of(id, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/").contains(c);
  });
}

wire::Refused refused(wire::Refusal code, std::string reason) {
  return {.code = static_cast<std::uint8_t>(code), .reason = std::move(reason)};
}

wire::Refused other_version(std::uint32_t version) {
  return refused(wire::Refusal::kVersion, "the gateway speaks version " + std::to_string(wire::kProtocolVersion) +
                                              " of the protocol, the worker version " + std::to_string(version));
}

}  // namespace

RemoteDoor::RemoteDoor(const runtime::Executor& executor, runtime::Clock& clock, Fleet& fleet,
                       RemoteDoorOptions options)
    : executor_(executor),
      clock_(clock),
      fleet_(fleet),
      credentials_(std::move(options.credentials)),
      unauthenticated_(
          clock,
          {.most = kMostUnauthenticated, .most_per_address = kMostUnauthenticatedOfAddress, .hold = kStrangersHold}),
      server_(executor, clock, {.address = options.address, .port = options.port, .max_connections = kMostConnections},
              [this](runtime::TcpServer::Socket socket) { return serve(std::move(socket)); }) {}

void RemoteDoor::set_credentials(RemoteCredentials credentials) {
  credentials_ = std::move(credentials);
  fleet_.check_tokens(credentials_.tokens);
}

runtime::Awaitable<> RemoteDoor::serve(runtime::TcpServer::Socket socket) {
  const auto address = address_of(socket);
  auto place = unauthenticated_.take(server_.peer_of(socket));
  if (!place) {
    runtime::log_warn("remote_door_crowded", {{"address", address}});
    co_return;
  }
  std::optional<AuthenticatedPeer> peer;
  const bool in_time =
      co_await runtime::run_until(clock_, clock_.now() + kHandshake, receive(std::move(socket), address, peer));
  place.reset();
  if (!in_time) runtime::log_warn("remote_worker_too_slow", {{"address", address}});
  co_await let_in(std::move(peer), address);
}

runtime::Awaitable<> RemoteDoor::serve(std::unique_ptr<link::ByteStream> bytes, std::string address) {
  std::optional<AuthenticatedPeer> peer;
  const bool in_time =
      co_await runtime::run_until(clock_, clock_.now() + kHandshake, introduce(std::move(bytes), address, peer));
  if (!in_time) runtime::log_warn("remote_worker_too_slow", {{"address", address}});
  co_await let_in(std::move(peer), address);
}

runtime::Awaitable<> RemoteDoor::let_in(std::optional<AuthenticatedPeer> peer, const std::string& address) {
  // The token may have been revoked since it was read.
  if (!peer || judge(peer->join)) co_return;
  co_await fleet_.serve(std::move(peer->stream), std::move(peer->join), address);
}

runtime::Awaitable<> RemoteDoor::receive(runtime::TcpServer::Socket socket, const std::string& address,
                                         std::optional<AuthenticatedPeer>& peer) {
  auto bytes = co_await shake_hands(std::move(socket), address);
  if (bytes) co_await introduce(std::move(bytes), address, peer);
}

runtime::Awaitable<> RemoteDoor::introduce(std::unique_ptr<link::ByteStream> bytes, const std::string& address,
                                           std::optional<AuthenticatedPeer>& peer) {
  auto stream = std::make_unique<link::MessageStream>(executor_, clock_, std::move(bytes), wire::Limits::kJoinBytes);
  auto message = co_await stream->receive();
  if (const auto version = stream->refused_join(); version && *version != wire::kProtocolVersion) {
    co_return co_await turn_away(*stream, address, "", other_version(*version));
  }
  auto* const join = message ? std::get_if<wire::Join>(&*message) : nullptr;
  if (join == nullptr || !is_id(join->id)) {
    runtime::log_warn("remote_worker_unintelligible",
                      {{"address", address}, {"reason", message ? "it does not say who it is" : message.error()}});
    co_return;
  }
  if (const auto refusal = judge(*join)) co_return co_await turn_away(*stream, address, join->id, *refusal);
  stream->set_frame_limit(wire::Limits::kFrameBytes);
  peer.emplace(AuthenticatedPeer{.stream = std::move(stream), .join = std::move(*join)});
}

runtime::Awaitable<> RemoteDoor::turn_away(link::MessageStream& stream, const std::string& address,
                                           const std::string& id, const wire::Refused& refusal) {
  runtime::log_warn("remote_worker_refused", {{"address", address}, {"id", id}, {"reason", refusal.reason}});
  stream.send(refusal);
  stream.finish();
  static_cast<void>(co_await stream.write());
}

std::optional<wire::Refused> RemoteDoor::judge(const wire::Join& join) const {
  if (join.protocol_version != wire::kProtocolVersion) return other_version(join.protocol_version);
  if (credentials_.tokens.find(join.token) == nullptr) {
    return refused(wire::Refusal::kToken, "the gateway does not know this token");
  }
  return fleet_.refuse(join);
}

runtime::Awaitable<std::unique_ptr<link::ByteStream>> RemoteDoor::shake_hands(runtime::TcpServer::Socket socket,
                                                                              const std::string& address) {
  if (!credentials_.tls) co_return link::make_byte_stream(std::move(socket));
  using Stream = boost::asio::ssl::stream<runtime::TcpServer::Socket>;
  Stream stream(std::move(socket), credentials_.tls->context());
  const auto [error] = co_await stream.async_handshake(boost::asio::ssl::stream_base::server,
                                                       boost::asio::as_tuple(boost::asio::use_awaitable));
  if (error) {
    runtime::log_warn("remote_worker_not_secure",
                      {{"address", address}, {"reason", tls::describe(stream.native_handle(), error)}});
    co_return nullptr;
  }
  co_return link::make_byte_stream(std::move(stream));
}

}  // namespace antiphon::fleet
