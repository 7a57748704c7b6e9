#include "runtime/tcp_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "net/ip_address.h"
#include "runtime/log.h"

namespace antiphon::runtime {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Connections over a limit that are being told so.
constexpr std::size_t kMaxRefusals = 32;
/// After accept() failed for want of descriptors or memory.
constexpr auto kAcceptBackOff = std::chrono::milliseconds(100);

/// Child processes do not inherit a connection: it would stay open as long as they live.
void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

void tune(tcp::socket& socket, const TcpServerOptions& options) {
  error_code ignored;  // a socket that is already gone shows at its first read
  close_on_exec(socket.native_handle());
  socket.set_option(tcp::no_delay(true), ignored);
  if (options.unsent_low_water_bytes == 0) return;
  using UnsentLowWater = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  socket.set_option(UnsentLowWater(options.unsent_low_water_bytes), ignored);
}

/// Counts one more for as long as it lives.
class Permit {
 public:
  explicit Permit(std::size_t& count) : count_(count) { ++count_; }
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace

TcpServer::TcpServer(const Executor& executor, Clock& clock, TcpServerOptions options, Serve serve, Serve refuse)
    : clock_(clock),
      options_(std::move(options)),
      serve_(std::move(serve)),
      refuse_(std::move(refuse)),
      acceptor_(executor),
      per_address_(options_.max_connections_per_address),
      tasks_(executor) {}

std::expected<std::uint16_t, std::string> TcpServer::listen() {
  const auto place = options_.address + ":" + std::to_string(options_.port);
  error_code error;
  const auto address = boost::asio::ip::make_address(options_.address, error);
  if (error) return std::unexpected("'" + options_.address + "' is not a numeric IPv4 or IPv6 address");
  const tcp::endpoint wanted(address, options_.port);
  acceptor_.open(wanted.protocol(), error);
  if (!error) close_on_exec(acceptor_.native_handle());
  if (!error) acceptor_.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(wanted, error);
  if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  tcp::endpoint bound;
  if (!error) bound = acceptor_.local_endpoint(error);
  if (error) {
    stop_accepting();
    return std::unexpected("cannot listen on " + place + ": " + error.message());
  }
  return bound.port();
}

void TcpServer::stop_accepting() {
  error_code ignored;
  acceptor_.close(ignored);
}

Awaitable<> TcpServer::accept() {
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
    if (!std::exchange(backing_off, true)) log_error("accept_failed", {{"reason", error.message()}});
    if (!co_await sleep_for(clock_, kAcceptBackOff)) co_return;
  }
}

void TcpServer::admit(Socket socket) {
  tune(socket, options_);
  auto place = connections_ < options_.max_connections ? per_address_.take(peer_of(socket)) : std::nullopt;
  if (place) {
    tasks_.spawn(serve(std::move(socket), std::move(*place)));
  } else if (refuse_ && refusals_ < kMaxRefusals) {
    tasks_.spawn(refuse(std::move(socket)));
  }
}

std::string TcpServer::peer_of(const Socket& socket) const {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return {};
  const auto address = peer.address().to_string();
  return options_.uncounted && options_.uncounted(address) ? std::string() : net::address_group(address);
}

Awaitable<> TcpServer::serve(Socket socket, [[maybe_unused]] AddressLimit::Place place) {
  const Permit permit(connections_);
  co_await serve_(std::move(socket));
}

Awaitable<> TcpServer::refuse(Socket socket) {
  const Permit permit(refusals_);
  co_await refuse_(std::move(socket));
}

Awaitable<> TcpServer::drain(base::TimePoint deadline) {
  stop_accepting();
  const auto timer = clock_.start_timer(acceptor_.get_executor(), deadline, [this] {
    if (connections_ > 0) log_warn("connections_cut", {{"connections", connections_}});
    tasks_.cancel();
  });
  co_await tasks_.join();
}

}  // namespace antiphon::runtime
