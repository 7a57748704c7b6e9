#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "link/byte_stream.h"
#include "runtime/awaitable.h"
#include "tls/client_context.h"

namespace antiphon::link {

/// Makes `socket`, which is connected, a client's end of TLS with `host`, a name or a numeric address, as `tls` knows
/// it. `tls` stays valid while the stream lives. Error: why the server cannot be trusted, or did not shake hands.
[[nodiscard]] runtime::Awaitable<base::Result<std::unique_ptr<ByteStream>, std::string>> secure(
    boost::asio::ip::tcp::socket socket, tls::ClientContext& tls, std::string host);

}  // namespace antiphon::link
