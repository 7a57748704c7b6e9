#include "link/secure_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "tls/error.h"

namespace antiphon::link {

runtime::Awaitable<base::Result<std::unique_ptr<ByteStream>, std::string>> secure(boost::asio::ip::tcp::socket socket,
                                                                                  tls::ClientContext& tls,
                                                                                  std::string host) {
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream(std::move(socket), tls.context());
  if (const auto expected = tls.expect(stream.native_handle(), host); !expected) {
    co_return std::unexpected(expected.error().message);
  }
  const auto [error] = co_await stream.async_handshake(boost::asio::ssl::stream_base::client,
                                                       boost::asio::as_tuple(boost::asio::use_awaitable));
  if (error) co_return std::unexpected("TLS: " + tls::describe(stream.native_handle(), error));
  co_return make_byte_stream(std::move(stream));
}

}  // namespace antiphon::link
