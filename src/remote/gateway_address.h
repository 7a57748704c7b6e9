#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace antiphon::remote {

/// Where a gateway takes workers.
struct GatewayAddress {
  std::string host;  ///< A name or a numeric address, without brackets.
  std::uint16_t port = 0;
  bool encrypted = true;
  friend bool operator==(const GatewayAddress&, const GatewayAddress&) = default;
};

/// `tls://HOST:PORT`, or `tcp://HOST:PORT` where HOST is this machine: what is sent is not to be read by others. An
/// IPv6 address stands in brackets. Error: what is wrong, as a sentence.
[[nodiscard]] base::Result<GatewayAddress, std::string> parse_gateway_address(std::string_view text);

}  // namespace antiphon::remote
