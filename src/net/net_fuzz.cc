#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "net/authority.h"
#include "net/client_address.h"

/// Whatever a file or a client claims to be an address, a network, a server or a list of proxies is read or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace net = antiphon::net;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<net::IpNetwork> everywhere{net::IpNetwork::parse("0.0.0.0/0").value()};
  const auto client = net::client_address("10.0.0.1", bytes, everywhere);
  ANTIPHON_CHECK(net::parse_address(client).has_value(), "a proxy's client has an address");
  const auto address = net::parse_address(bytes);
  const auto network = net::IpNetwork::parse(bytes);
  if (address) ANTIPHON_CHECK(network && network->contains(*address), "an address is a network that has it");
  if (const auto authority = net::parse_authority(bytes); authority && authority->port) {
    ANTIPHON_CHECK(net::parse_authority(net::to_authority(authority->host, *authority->port)).value() == *authority,
                   "what is read is written so that it is read again");
  }
  return 0;
}
