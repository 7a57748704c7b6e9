#include "gateway/agent_check.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "runtime/log.h"
#include "runtime/task_group.h"

namespace antiphon::gateway {
namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
/// For one connection.
constexpr auto kTimeout = std::chrono::seconds(1);

runtime::Awaitable<> answer(runtime::TcpServer::Socket& socket, std::string line) {
  const auto [failed, sent] = co_await boost::asio::async_write(socket, boost::asio::buffer(line), kAwait);
  boost::system::error_code ignored;
  socket.shutdown(boost::asio::socket_base::shutdown_send, ignored);
  // Closed with something unread in it, a connection would be reset, and the line with it.
  std::array<char, 256> unread{};
  while (!failed && !co_await runtime::is_cancelled()) {
    const auto [ended, size] = co_await socket.async_read_some(boost::asio::buffer(unread), kAwait);
    if (ended) break;
  }
}

}  // namespace

std::string agent_line(const CellRoom& room) {
  if (room.phase == CellRoom::Phase::kDraining) return "drain\n";
  if (room.ready_workers == 0) return "ready down#no worker is ready\n";
  return fmt::format("ready up {}%\n", coordinator::weight_percent(room));
}

AgentCheck::AgentCheck(const runtime::Executor& executor, runtime::Clock& clock, runtime::TcpServerOptions options,
                       std::function<CellRoom()> room)
    : clock_(clock),
      room_(std::move(room)),
      server_(executor, clock, std::move(options),
              [this](runtime::TcpServer::Socket socket) { return serve(std::move(socket)); }) {}

protocol::Result<void> AgentCheck::listen() {
  const auto port = server_.listen();
  if (!port) return std::unexpected(protocol::Error{.code = protocol::Errc::kCannotListen, .message = port.error()});
  runtime::log_info("agent_check_listening", {{"port", *port}});
  return {};
}

runtime::Awaitable<> AgentCheck::serve(runtime::TcpServer::Socket socket) {
  co_await runtime::run_until(clock_, clock_.now() + kTimeout, answer(socket, agent_line(room_())));
}

}  // namespace antiphon::gateway
