#include "fleet/conversation.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>
#include <variant>

namespace antiphon::fleet {
namespace {

// Each is a branch of its own below, where a cancellation would be an exception unless the branch says otherwise.

runtime::Awaitable<std::string> read(link::MessageStream& stream,
                                     std::move_only_function<void(wire::Message)>& on_message) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    auto message = co_await stream.receive();
    if (!message) co_return message.error();
    on_message(std::move(*message));
  }
}

runtime::Awaitable<std::string> write(link::MessageStream& stream) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_return co_await stream.write();
}

}  // namespace

runtime::Awaitable<std::string> converse(link::MessageStream& stream,
                                         std::move_only_function<void(wire::Message)> on_message) {
  using boost::asio::experimental::awaitable_operators::operator||;
  const auto ended = co_await (read(stream, on_message) || write(stream));
  co_return std::visit([](const std::string& why) { return why; }, ended);
}

}  // namespace antiphon::fleet
