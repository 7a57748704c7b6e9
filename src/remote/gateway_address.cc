#include "remote/gateway_address.h"

#include <fmt/core.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace antiphon::remote {
namespace {

constexpr std::size_t kMostHostBytes = 253;

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
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos) return wrong("the port is missing");
  const auto port = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), gateway.port);
  if (error != std::errc{} || end != port.data() + port.size() || gateway.port == 0) {
    return wrong("the port must be 1 to 65535");
  }
  auto host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return wrong("an IPv6 address stands in brackets");
  }
  if (host.empty() || host.size() > kMostHostBytes) return wrong("the host is missing");
  gateway.host = host;
  if (!gateway.encrypted && !is_this_machine(gateway.host)) {
    return wrong("tcp:// is not encrypted, and so for this machine alone (127.0.0.1, ::1, localhost); use tls://");
  }
  return gateway;
}

}  // namespace antiphon::remote
