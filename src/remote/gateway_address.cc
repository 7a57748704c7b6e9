#include "remote/gateway_address.h"

#include <fmt/core.h>

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "net/authority.h"

namespace antiphon::remote {
namespace {

bool is_this_machine(const std::string& host) {
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(host, no_address);
  return no_address ? host == "localhost" : address.is_loopback();
}

}  // namespace

base::Result<GatewayAddress, std::string> parse_gateway_address(std::string_view text) {
  const auto wrong = [&](std::string_view what) { return std::unexpected(fmt::format("'{}': {}", text, what)); };
  GatewayAddress gateway;
  auto rest = text;
  if (rest.starts_with("tcp://")) {
    gateway.encrypted = false;
  } else if (!rest.starts_with("tls://")) {
    return wrong("a gateway's address is tls://HOST:PORT");
  }
  rest.remove_prefix(6);
  auto authority = net::parse_authority(rest);
  if (!authority) return wrong(authority.error());
  if (!authority->port) return wrong("the port is missing");
  gateway.host = std::move(authority->host);
  gateway.port = *authority->port;
  if (!gateway.encrypted && !is_this_machine(gateway.host)) {
    return wrong("tcp:// is not encrypted, and so for this machine alone (127.0.0.1, ::1, localhost); use tls://");
  }
  return gateway;
}

}  // namespace antiphon::remote
