#include "http/server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <set>
#include <utility>

#include "http/address_limit.h"
#include "http/connection.h"
#include "identity/network.h"
#include "runtime/log.h"
#include "runtime/task_group.h"

namespace antiphon::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Connections over the limit that are being told so; those beyond are only closed.
constexpr std::size_t kMaxRefusals = 32;
/// After accept() failed for want of descriptors or memory.
constexpr auto kAcceptBackOff = std::chrono::milliseconds(100);

/// Neither workers nor other children inherit a connection: it would stay open as long as they live.
void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

void tune(tcp::socket& socket, const ServerOptions& options) {
  error_code ignored;  // a socket that is already gone shows at its first read
  close_on_exec(socket.native_handle());
  socket.set_option(tcp::no_delay(true), ignored);
  if (options.unsent_low_water_bytes > 0) {
    using UnsentLowWater = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
    socket.set_option(UnsentLowWater(options.unsent_low_water_bytes), ignored);
  }
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
        acceptor_(executor),
        per_address_(options_.max_connections_per_address),
        tasks_(executor) {}

  Result<Endpoint> start();
  void stop_accepting();
  runtime::Awaitable<> drain(base::TimePoint deadline);
  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  runtime::Awaitable<> accept_connections();
  runtime::Awaitable<> serve(tcp::socket socket, AddressLimit::Place place);
  /// "" for a peer that is not counted.
  [[nodiscard]] std::string peer_of(const tcp::socket& socket) const;
  runtime::Awaitable<> refuse(tcp::socket socket);
  void admit(tcp::socket socket);
  [[nodiscard]] ConnectionContext context() { return {clock_, options_, handler_, error_formatter_}; }

  runtime::Executor executor_;
  runtime::Clock& clock_;
  ServerOptions options_;
  Handler handler_;
  ErrorFormatter error_formatter_;
  tcp::acceptor acceptor_;
  std::set<Connection*> connections_;
  AddressLimit per_address_;
  std::size_t refusals_ = 0;
  std::uint64_t accepted_ = 0;
  runtime::TaskGroup tasks_;
};

Result<Endpoint> Server::Impl::start() {
  error_code error;
  const auto address = boost::asio::ip::make_address(options_.address, error);
  if (error) {
    return std::unexpected(Error{.code = Errc::kBadAddress,
                                 .message = "'" + options_.address + "' is not a numeric IPv4 or IPv6 address"});
  }
  const tcp::endpoint wanted(address, options_.port);
  acceptor_.open(wanted.protocol(), error);
  if (!error) close_on_exec(acceptor_.native_handle());
  if (!error) acceptor_.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(wanted, error);
  if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  tcp::endpoint bound;
  if (!error) bound = acceptor_.local_endpoint(error);
  if (error) {
    error_code ignored;
    acceptor_.close(ignored);
    return std::unexpected(Error{
        .code = error == boost::asio::error::address_in_use ? Errc::kAddressInUse : Errc::kSystem,
        .message =
            "cannot listen on " + options_.address + ":" + std::to_string(options_.port) + ": " + error.message()});
  }
  tasks_.spawn(accept_connections());
  return Endpoint{.address = bound.address().to_string(), .port = bound.port()};
}

runtime::Awaitable<> Server::Impl::accept_connections() {
  bool backing_off = false;
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (!error) {
      backing_off = false;
      admit(std::move(socket));
      continue;
    }
    if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (error == boost::asio::error::connection_aborted) continue;
    if (!std::exchange(backing_off, true)) runtime::log_error("accept_failed", {{"reason", error.message()}});
    if (!co_await runtime::sleep_for(clock_, kAcceptBackOff)) co_return;
  }
}

void Server::Impl::admit(tcp::socket socket) {
  tune(socket, options_);
  auto place = connections_.size() < options_.max_connections ? per_address_.take(peer_of(socket)) : std::nullopt;
  if (place) {
    tasks_.spawn(serve(std::move(socket), std::move(*place)));
  } else if (refusals_ < kMaxRefusals) {
    tasks_.spawn(refuse(std::move(socket)));
  }
}

std::string Server::Impl::peer_of(const tcp::socket& socket) const {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = peer.address().to_string();
  return options_.uncounted && options_.uncounted(address) ? std::string() : identity::address_group(address);
}

runtime::Awaitable<> Server::Impl::serve(tcp::socket socket, [[maybe_unused]] AddressLimit::Place place) {
  Connection connection(std::move(socket), context(), ++accepted_);
  connections_.insert(&connection);
  if (!acceptor_.is_open()) connection.close_when_idle();
  co_await connection.serve();
  connections_.erase(&connection);
}

runtime::Awaitable<> Server::Impl::refuse(tcp::socket socket) {
  ++refusals_;
  Connection connection(std::move(socket), context(), ++accepted_);
  co_await connection.refuse();
  --refusals_;
}

void Server::Impl::stop_accepting() {
  error_code ignored;
  acceptor_.close(ignored);
  for (auto* connection : connections_) connection->close_when_idle();
}

runtime::Awaitable<> Server::Impl::drain(base::TimePoint deadline) {
  stop_accepting();
  const auto timer = clock_.start_timer(executor_, deadline, [this] {
    if (!connections_.empty()) runtime::log_warn("connections_cut", {{"connections", connections_.size()}});
    for (auto* connection : connections_) connection->cut();
    tasks_.cancel();
  });
  co_await tasks_.join();
}

Server::Server(runtime::Executor executor, runtime::Clock& clock, ServerOptions options, Handler handler,
               ErrorFormatter error_formatter)
    : impl_(std::make_unique<Impl>(executor, clock, std::move(options), std::move(handler),
                                   std::move(error_formatter))) {}

Server::~Server() = default;

Result<Endpoint> Server::start() { return impl_->start(); }
void Server::stop_accepting() { impl_->stop_accepting(); }
runtime::Awaitable<> Server::drain(base::TimePoint deadline) { return impl_->drain(deadline); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace antiphon::http
