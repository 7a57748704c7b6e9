#include "top/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "link/secure_stream.h"
#include "net/authority.h"

namespace antiphon::top {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr auto kPatience = std::chrono::seconds(10);
/// A snapshot has at most about 100 KB.
constexpr std::size_t kMostEventBytes = 1 << 20;

/// What the server says of a status that is no event stream.
std::string refusal(unsigned status) {
  switch (status) {
    case 401:
      return "It asks for a key (--key-file).";
    case 403:
      return "It shows this to keys made with 'antiphon keys add NAME --admin' alone; without keys, to its own "
             "machine.";
    case 404:
      return "It has no live view: it is older, or no antiphon.";
    case 503:
      return "It is shutting down, or as many watch it as may (server.max_live_subscribers).";
    default:
      return fmt::format("It answered with status {}.", status);
  }
}

std::string failure(std::string_view what, const beast::error_code& error) {
  auto reason = fmt::format("{}: {}.", what, error.message());
  std::ranges::replace_if(reason, [](char c) { return c < ' ' || c > '~'; }, '?');
  return reason;
}

http::request<http::empty_body> request_of(const Target& target, const std::string& path) {
  constexpr unsigned kHttp11 = 11;
  http::request<http::empty_body> request(http::verb::get, path, kHttp11);
  request.set(http::field::host, target.authority);
  request.set(http::field::accept, "text/event-stream");
  request.set(http::field::user_agent, "antiphon-top");
  if (!target.key.empty()) request.set(http::field::authorization, "Bearer " + target.key);
  return request;
}

/// One connection, once it speaks HTTP. On the heap: a coroutine's frame need not hold the buffers.
template <class Stream>
class Reading {
 public:
  Reading(Stream& stream, const std::function<bool(const Event&)>& take) : stream_(stream), take_(take) {
    parser_.body_limit(boost::none);
  }

  runtime::Awaitable<std::string> run(const http::request<http::empty_body>& request) {
    layer().expires_after(kPatience);
    if (const auto [error, bytes] = co_await http::async_write(stream_, request, kAwait); error) {
      co_return failure("It does not answer", error);
    }
    if (const auto [error, bytes] = co_await http::async_read_header(stream_, buffer_, parser_, kAwait); error) {
      co_return failure("It does not answer", error);
    }
    if (parser_.get().result() != http::status::ok) co_return refusal(parser_.get().result_int());
    if (!parser_.get()[http::field::content_type].starts_with("text/event-stream")) {
      co_return "It answers with something else than events.";
    }
    co_return co_await read_events();
  }

 private:
  [[nodiscard]] beast::tcp_stream& layer() { return beast::get_lowest_layer(stream_); }

  runtime::Awaitable<std::string> read_events() {
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = space_.data();
      body.size = space_.size();
      layer().expires_after(kPatience);
      const auto [error, ignored] = co_await http::async_read_some(stream_, buffer_, parser_, kAwait);
      if (error && error != http::error::need_buffer) co_return failure("The connection ended", error);
      std::vector<Event> events;
      if (!events_.feed({space_.data(), space_.size() - body.size}, events)) {
        co_return "It sent an event that is too long.";
      }
      for (const auto& event : events) {
        if (!take_(event)) co_return "";
      }
    }
    co_return "The server has ended the connection.";
  }

  static constexpr std::size_t kSpace = 16'384;

  Stream& stream_;
  const std::function<bool(const Event&)>& take_;
  beast::flat_buffer buffer_;
  http::response_parser<http::buffer_body> parser_;
  std::array<char, kSpace> space_{};
  EventParser events_{kMostEventBytes};
};

template <class Stream>
runtime::Awaitable<std::string> read(Stream& stream, const Target& target, const std::string& path,
                                     const std::function<bool(const Event&)>& take) {
  const auto reading = std::make_unique<Reading<Stream>>(stream, take);
  const auto request = request_of(target, path);
  co_return co_await reading->run(request);
}

runtime::Awaitable<std::string> read_encrypted(beast::tcp_stream socket, const Target& target, tls::ClientContext& tls,
                                               const std::string& path, const std::function<bool(const Event&)>& take) {
  auto stream = co_await link::shake_hands(std::move(socket), tls, target.host);
  if (!stream) co_return std::move(stream.error());
  co_return co_await read(*stream, target, path, take);
}

runtime::Awaitable<std::string> connect_and_read(const Target& target, tls::ClientContext* tls, const std::string& path,
                                                 const std::function<bool(const Event&)>& take) {
  const auto executor = co_await boost::asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto [unresolved, found] = co_await resolver.async_resolve(target.host, std::to_string(target.port), kAwait);
  if (unresolved) co_return failure("It is not found", unresolved);
  beast::tcp_stream socket(executor);
  socket.expires_after(kPatience);
  if (const auto [error, peer] = co_await socket.async_connect(found, kAwait); error) {
    co_return failure("It is not reached", error);
  }
  if (!target.is_encrypted) co_return co_await read(socket, target, path, take);
  if (tls == nullptr) co_return "There are no authorities (--ca).";
  co_return co_await read_encrypted(std::move(socket), target, *tls, path, take);
}

}  // namespace

base::Result<Target, std::string> parse_url(std::string_view url) {
  constexpr std::uint16_t kHttpPort = 80;
  constexpr std::uint16_t kHttpsPort = 443;
  const auto wrong = [&] { return std::unexpected(fmt::format("'{}' is not http://HOST:PORT or https://...", url)); };
  Target target;
  auto rest = url;
  if (rest.starts_with("https://")) {
    target.is_encrypted = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.contains("://")) {
    return wrong();
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const bool is_plain = std::ranges::all_of(rest, [](char c) { return c > ' ' && c <= '~' && c != '/' && c != '@'; });
  if (!is_plain) return wrong();
  target.authority = rest;
  auto authority = net::parse_authority(rest);
  if (!authority) return wrong();
  target.host = std::move(authority->host);
  target.port = authority->port.value_or(target.is_encrypted ? kHttpsPort : kHttpPort);
  return target;
}

runtime::Awaitable<std::string> watch(Target target, tls::ClientContext* tls, std::string path,
                                      std::function<bool(const Event&)> take) {
  auto end = co_await connect_and_read(target, tls, path, take);
  co_return co_await runtime::is_cancelled() ? std::string() : std::move(end);
}

}  // namespace antiphon::top
