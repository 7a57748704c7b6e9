#include "fleet/conversation.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>
#include <variant>

namespace antiphon::fleet {
namespace {

runtime::Awaitable<std::string> read(link::MessageStream& stream,
                                     std::move_only_function<void(wire::Message)>& on_message) {
  for (;;) {
    auto message = co_await stream.receive();
    if (!message) co_return message.error();
    on_message(std::move(*message));
  }
}

}  // namespace

runtime::Awaitable<std::string> converse(link::MessageStream& stream,
                                         std::move_only_function<void(wire::Message)> on_message) {
  using boost::asio::experimental::awaitable_operators::operator||;
  const auto ended = co_await (read(stream, on_message) || stream.write());
  co_return std::visit([](const std::string& why) { return why; }, ended);
}

}  // namespace antiphon::fleet
