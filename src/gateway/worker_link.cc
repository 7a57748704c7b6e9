#include "gateway/worker_link.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <utility>
#include <variant>

#include "process/socket.h"

namespace antiphon::gateway {

namespace asio = boost::asio;

process::Result<std::unique_ptr<WorkerLink>> WorkerLink::start(const asio::any_io_executor& executor,
                                                               runtime::Clock& clock, const WorkerCommand& command,
                                                               const wire::Hello& hello) {
  auto sockets = process::socket_pair();
  if (!sockets) return std::unexpected(sockets.error());
  auto& [ours, theirs] = *sockets;
  auto child = process::Child::spawn(
      executor, {.executable = command.executable, .arguments = command.arguments, .inherited = theirs.get()});
  if (!child) return std::unexpected(child.error());
  asio::local::stream_protocol::socket socket(executor, asio::local::stream_protocol(), ours.release());
  auto link = std::make_unique<WorkerLink>(
      std::make_unique<link::MessageStream>(executor, clock, link::make_byte_stream(std::move(socket))));
  link->child_ = std::move(*child);
  link->send(hello);
  return link;
}

asio::awaitable<std::string> WorkerLink::run(OnMessage on_message) {
  using asio::experimental::awaitable_operators::operator||;
  const auto ended = co_await (read(on_message) || stream_->write());
  auto reason = std::visit([](const std::string& why) { return why; }, ended);
  kill();
  if (!child_) co_return reason;
  const auto status = co_await child_->wait();
  co_return reason + ", " + process::describe(status);
}

void WorkerLink::kill() {
  if (child_) {
    child_->kill();
  } else {
    stream_->close();
  }
}

asio::awaitable<std::string> WorkerLink::read(OnMessage& on_message) {
  for (;;) {
    auto message = co_await stream_->receive();
    if (!message) co_return message.error();
    on_message(std::move(*message));
  }
}

}  // namespace antiphon::gateway
