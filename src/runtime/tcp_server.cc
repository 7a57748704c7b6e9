#include "runtime/tcp_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "runtime/log.h"

namespace antiphon::runtime {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// After accept() failed for want of descriptors or memory.
constexpr auto kAcceptBackOff = std::chrono::milliseconds(100);

/// Child processes do not inherit a connection: it would stay open as long as they live.
void close_on_exec(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

void tune(tcp::socket& socket, const TcpServerOptions& options) {
  error_code ignored;  // a socket that is already gone shows at its first read
  close_on_exec(socket.native_handle());
  socket.set_option(tcp::no_delay(true), ignored);
  using UnsentLowWater = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  socket.set_option(UnsentLowWater(options.unsent_low_water_bytes), ignored);
}

}  // namespace

TcpServer::TcpServer(const Executor& executor, Clock& clock, TcpServerOptions options, Serve serve)
    : clock_(clock), options_(std::move(options)), serve_(std::move(serve)), acceptor_(executor), tasks_(executor) {}

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
      if (connections_ < options_.max_connections) {
        tune(socket, options_);
        tasks_.spawn(serve(std::move(socket)));
      }
      continue;
    }
    if (error == boost::asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (error == boost::asio::error::connection_aborted) continue;
    if (!std::exchange(backing_off, true)) log_error("accept_failed", {{"reason", error.message()}});
    if (!co_await sleep_for(clock_, kAcceptBackOff)) co_return;
  }
}

Awaitable<> TcpServer::serve(Socket socket) {
  struct Permit {
    explicit Permit(std::size_t& in_use) : count(in_use) { ++count; }
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit() { --count; }
    std::size_t& count;
  };
  const Permit permit(connections_);
  co_await serve_(std::move(socket));
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
