#include "http/transport.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace antiphon::http {
namespace {

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

bool is_plain_http(const boost::system::error_code& error) {
  return error.category() == boost::asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace

runtime::Awaitable<Transport::Handshake> Transport::shake_hands() {
  const auto [error] = co_await tls_->async_handshake(boost::asio::ssl::stream_base::server, kAwait);
  if (!error) co_return Handshake::kDone;
  if (!is_plain_http(error)) co_return Handshake::kFailed;
  tls_.reset();
  co_return Handshake::kPlain;
}

runtime::Awaitable<> Transport::end() {
  // A client that is still sending makes this fail; it has got the word all the same.
  if (tls_) {
    [[maybe_unused]] const auto [unheard] = co_await tls_->async_shutdown(kAwait);
  }
  boost::system::error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  std::array<std::byte, 4096> unread{};
  while (!error) {
    const auto [failed, bytes] = co_await socket_.async_read_some(boost::asio::buffer(unread), kAwait);
    error = failed;
  }
}

}  // namespace antiphon::http
