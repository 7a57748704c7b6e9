#include "gateway/worker_link.h"

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <variant>

#include "process/socket.h"
#include "wire/codec.h"

namespace antiphon::gateway {

namespace asio = boost::asio;

process::Result<std::unique_ptr<WorkerLink>> WorkerLink::start(const asio::any_io_executor& executor,
                                                               const WorkerCommand& command, const wire::Hello& hello) {
  auto sockets = process::socket_pair();
  if (!sockets) return std::unexpected(sockets.error());
  auto& [ours, theirs] = *sockets;
  auto child = process::Child::spawn(
      executor, {.executable = command.executable, .arguments = command.arguments, .inherited = theirs.get()});
  if (!child) return std::unexpected(child.error());
  std::unique_ptr<WorkerLink> link(new WorkerLink(executor, std::move(*child), std::move(ours)));
  link->send(hello);
  return link;
}

WorkerLink::WorkerLink(const asio::any_io_executor& executor, process::Child child, process::Fd socket)
    : child_(std::move(child)),
      socket_(executor, asio::local::stream_protocol(), socket.release()),
      news_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<std::string> WorkerLink::run(OnMessage on_message) {
  using asio::experimental::awaitable_operators::operator||;
  const auto ended = co_await (read(on_message) || write());
  auto reason = std::visit([](const std::string& why) { return why; }, ended);
  child_.kill();
  const auto status = co_await child_.wait();
  co_return reason + ", " + process::describe(status);
}

void WorkerLink::send(const wire::Message& message) {
  if (!failure_.empty()) return;
  if (const auto encoded = wire::encode(message, outgoing_); !encoded) {
    failure_ = "cannot be sent: " + encoded.error().message;
  } else if (outgoing_.size() > kBacklogBytes) {
    failure_ = "does not read its socket";
  }
  news_.cancel();
}

asio::awaitable<std::string> WorkerLink::read(OnMessage& on_message) {
  wire::Decoder decoder;
  std::vector<std::byte> buffer(std::size_t{256} << 10);
  for (;;) {
    boost::system::error_code error;
    const auto size =
        co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return "socket: " + error.message();
    decoder.feed(std::span(buffer).first(size));
    for (;;) {
      auto message = decoder.next();
      if (!message) co_return "garbage: " + message.error().message;
      if (!*message) break;
      on_message(std::move(**message));
    }
  }
}

asio::awaitable<std::string> WorkerLink::write() {
  std::vector<std::byte> sending;
  for (;;) {
    boost::system::error_code error;
    while (outgoing_.empty() && failure_.empty()) {
      co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return "";
    }
    if (!failure_.empty()) co_return failure_;
    sending.clear();
    std::swap(sending, outgoing_);
    co_await asio::async_write(socket_, asio::buffer(sending), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return "socket: " + error.message();
  }
}

}  // namespace antiphon::gateway
