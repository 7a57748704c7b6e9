#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <string>

#include "base/time.h"
#include "runtime/address_limit.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"

namespace antiphon::runtime {

struct TcpServerOptions {
  std::string address = "127.0.0.1";  ///< Numeric IPv4 or IPv6.
  std::uint16_t port = 0;             ///< 0 picks a free one.
  std::size_t max_connections = 64;   ///< 1 or more; the next one is refused.
  /// Of one peer, 1 or more; the next one is refused. An IPv6 peer is a /64.
  std::size_t max_connections_per_address = std::numeric_limits<std::size_t>::max();
  /// Peers, by their numeric address, that this limit does not count; null: none.
  std::function<bool(const std::string& address)> uncounted{};
  /// TCP_NOTSENT_LOWAT: a write waits while more than this is unsent in the kernel, so that back-pressure is felt
  /// early. 0 leaves the system's default.
  int unsent_low_water_bytes = 16 * 1024;
};

/// Accepts connections and serves each with a task of its own. On one event loop.
class TcpServer {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  /// Serves one connection until it returns. When the server gives up draining, it is cancelled as a task.
  using Serve = std::function<Awaitable<>(Socket)>;

  /// `refuse` tells a connection over a limit so, as a task too; one is only closed while 32 are being told, and where
  /// `refuse` is null.
  TcpServer(const Executor& executor, Clock& clock, TcpServerOptions options, Serve serve, Serve refuse = nullptr);
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  /// After drain(), or never started.
  ~TcpServer() = default;

  /// Takes the address; gives back the port. Connections wait in the system until start(). Error: what the system said,
  /// as a sentence.
  [[nodiscard]] std::expected<std::uint16_t, std::string> listen();
  /// Accepts, after listen().
  void start() { tasks_.spawn(accept()); }
  /// New connections are refused by the system. Idempotent.
  void stop_accepting();
  /// Stops accepting, waits for the connections until `deadline`, then cancels them; returns when none is left.
  [[nodiscard]] Awaitable<> drain(base::TimePoint deadline);

  /// What the limit of an address counts a peer to: see net::address_group(); "" for one that it does not count.
  [[nodiscard]] std::string peer_of(const Socket& socket) const;

  [[nodiscard]] bool accepting() const { return acceptor_.is_open(); }
  [[nodiscard]] std::size_t connections() const { return connections_; }

 private:
  [[nodiscard]] Awaitable<> accept();
  void admit(Socket socket);
  [[nodiscard]] Awaitable<> serve(Socket socket, AddressLimit::Place place);
  [[nodiscard]] Awaitable<> refuse(Socket socket);

  Clock& clock_;
  TcpServerOptions options_;
  Serve serve_;
  Serve refuse_;
  boost::asio::ip::tcp::acceptor acceptor_;
  AddressLimit per_address_;
  std::size_t connections_ = 0;
  std::size_t refusals_ = 0;
  TaskGroup tasks_;
};

}  // namespace antiphon::runtime
