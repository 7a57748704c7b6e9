#include "http/server.h"

#include <optional>
#include <set>
#include <utility>

#include "http/connection.h"
#include "runtime/tcp_server.h"

namespace antiphon::http {
namespace {

using boost::asio::ip::tcp;

runtime::TcpServerOptions to_tcp(const ServerOptions& options) {
  return {.address = options.address,
          .port = options.port,
          .max_connections = options.max_connections,
          .max_connections_per_address = options.max_connections_per_address,
          .uncounted = options.uncounted,
          .unsent_low_water_bytes = options.unsent_low_water_bytes};
}

}  // namespace

class Server::Impl {
 public:
  Impl(const runtime::Executor& executor, runtime::Clock& clock, ServerOptions options, Handler handler,
       ErrorFormatter error_formatter)
      : executor_(executor),
        clock_(clock),
        options_(std::move(options)),
        handler_(std::move(handler)),
        error_formatter_(std::move(error_formatter)),
        handshakes_(clock, options_.handshakes),
        tcp_(
            executor, clock, to_tcp(options_), [this](tcp::socket socket) { return serve(std::move(socket)); },
            [this](tcp::socket socket) { return refuse(std::move(socket)); }) {}

  void use_tls(tls::ServerContext context) { tls_ = std::move(context); }
  Result<Endpoint> start();
  void stop_accepting();
  runtime::Awaitable<> drain(base::TimePoint deadline);
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  [[nodiscard]] std::uint64_t refused_handshakes() const { return handshakes_.refused(); }

 private:
  runtime::Awaitable<> serve(tcp::socket socket);
  runtime::Awaitable<> refuse(tcp::socket socket);
  [[nodiscard]] ConnectionContext context() { return {clock_, options_, handler_, error_formatter_}; }

  runtime::Executor executor_;
  runtime::Clock& clock_;
  ServerOptions options_;
  Handler handler_;
  ErrorFormatter error_formatter_;
  std::optional<tls::ServerContext> tls_;
  runtime::HandshakeLimit handshakes_;
  std::set<Connection*> connections_;
  std::uint64_t accepted_ = 0;
  runtime::TcpServer tcp_;
};

Result<Endpoint> Server::Impl::start() {
  const auto port = tcp_.listen();
  if (!port) return std::unexpected(port.error());
  tcp_.start();
  return Endpoint{.address = options_.address, .port = *port};
}

runtime::Awaitable<> Server::Impl::serve(tcp::socket socket) {
  auto handshake = tls_ ? handshakes_.take(tcp_.peer_of(socket)) : std::nullopt;
  if (tls_ && !handshake) co_return;
  Connection connection(std::move(socket), tls_ ? &tls_->context() : nullptr, context(), ++accepted_);
  connections_.insert(&connection);
  if (!tcp_.accepting()) connection.close_when_idle();
  co_await connection.serve(std::move(handshake));
  connections_.erase(&connection);
}

runtime::Awaitable<> Server::Impl::refuse(tcp::socket socket) {
  Connection connection(std::move(socket), tls_ ? &tls_->context() : nullptr, context(), ++accepted_);
  co_await connection.refuse();
}

void Server::Impl::stop_accepting() {
  tcp_.stop_accepting();
  for (auto* connection : connections_) connection->close_when_idle();
}

runtime::Awaitable<> Server::Impl::drain(base::TimePoint deadline) {
  stop_accepting();
  // A cancelled task alone would leave its handler to find out by its next write.
  const auto timer = clock_.start_timer(executor_, deadline, [this] {
    for (auto* connection : connections_) connection->cut();
  });
  co_await tcp_.drain(deadline);
}

Server::Server(runtime::Executor executor, runtime::Clock& clock, ServerOptions options, Handler handler,
               ErrorFormatter error_formatter)
    : impl_(std::make_unique<Impl>(executor, clock, std::move(options), std::move(handler),
                                   std::move(error_formatter))) {}

Server::~Server() = default;

void Server::use_tls(tls::ServerContext context) { impl_->use_tls(std::move(context)); }
Result<Endpoint> Server::start() { return impl_->start(); }
void Server::stop_accepting() { impl_->stop_accepting(); }
runtime::Awaitable<> Server::drain(base::TimePoint deadline) { return impl_->drain(deadline); }
std::size_t Server::connections() const { return impl_->connections(); }
std::uint64_t Server::refused_handshakes() const { return impl_->refused_handshakes(); }

}  // namespace antiphon::http
