#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "link/byte_stream.h"
#include "runtime/awaitable.h"
#include "tls/client_context.h"
#include "tls/error.h"

namespace antiphon::link {

/// Makes `stream`, Asio's or Beast's over a connection of TCP, a client's end of TLS with `host`, a name or a numeric
/// address, as `tls` knows it. `tls` stays valid while the stream lives. Error: why the server cannot be trusted, or
/// did not shake hands.
template <class Stream>
[[nodiscard]] runtime::Awaitable<base::Result<boost::asio::ssl::stream<Stream>, std::string>> shake_hands(
    Stream stream, tls::ClientContext& tls, std::string host) {
  boost::asio::ssl::stream<Stream> secure(std::move(stream), tls.context());
  if (const auto expected = tls.expect(secure.native_handle(), host); !expected) {
    co_return std::unexpected(expected.error().message);
  }
  const auto [error] = co_await secure.async_handshake(boost::asio::ssl::stream_base::client,
                                                       boost::asio::as_tuple(boost::asio::use_awaitable));
  if (error) co_return std::unexpected("TLS: " + tls::describe(secure.native_handle(), error));
  co_return secure;
}

/// The same of a socket, as bytes.
[[nodiscard]] runtime::Awaitable<base::Result<std::unique_ptr<ByteStream>, std::string>> secure(
    boost::asio::ip::tcp::socket socket, tls::ClientContext& tls, std::string host);

}  // namespace antiphon::link
