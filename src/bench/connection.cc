#include "bench/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "link/secure_stream.h"
#include "runtime/task_group.h"

namespace antiphon::bench {
namespace {

using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr base::Duration kPatience = std::chrono::seconds(10);

using Connected = base::Result<std::unique_ptr<link::ByteStream>, std::string>;

/// The result is in `target` or `reason`; one of them is empty.
runtime::Awaitable<> find(Target& target, std::string& reason) {
  tcp::resolver resolver(co_await boost::asio::this_coro::executor);
  const auto [unresolved, found] =
      co_await resolver.async_resolve(target.address.host, std::to_string(target.address.port), kAwait);
  if (unresolved) {
    reason = unresolved.message();
    co_return;
  }
  for (const auto& entry : found) target.endpoints.push_back(entry.endpoint());
  if (co_await runtime::is_cancelled()) co_return;
  auto connection = co_await connect(target);
  reason = connection ? "" : connection.error();
  if (connection) (*connection)->close();
}

}  // namespace

runtime::Awaitable<Connected> connect(const Target& target) {
  tcp::socket socket(co_await boost::asio::this_coro::executor);
  const auto [unconnected, peer] = co_await boost::asio::async_connect(socket, target.endpoints, kAwait);
  if (unconnected) co_return std::unexpected(unconnected.message());
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (target.address.security == Address::Security::kPlain) co_return link::make_byte_stream(std::move(socket));
  if (target.tls == nullptr) co_return std::unexpected("there are no authorities that could vouch for the server");
  co_return co_await link::secure(std::move(socket), *target.tls, target.address.host);
}

runtime::Awaitable<base::Result<Target, std::string>> reach(runtime::Clock& clock, Target target) {
  std::string reason = "it does not answer in time";
  co_await runtime::run_until(clock, clock.now() + kPatience, find(target, reason));
  if (reason.empty()) co_return target;
  co_return std::unexpected(name_of(target.address) + ": " + reason + "; is a server there?");
}

}  // namespace antiphon::bench
