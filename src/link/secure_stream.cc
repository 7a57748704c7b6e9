#include "link/secure_stream.h"

namespace antiphon::link {

runtime::Awaitable<base::Result<std::unique_ptr<ByteStream>, std::string>> secure(boost::asio::ip::tcp::socket socket,
                                                                                  tls::ClientContext& tls,
                                                                                  std::string host) {
  auto stream = co_await shake_hands(std::move(socket), tls, std::move(host));
  if (!stream) co_return std::unexpected(std::move(stream.error()));
  co_return make_byte_stream(*std::move(stream));
}

}  // namespace antiphon::link
