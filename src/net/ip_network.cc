#include "net/ip_network.h"

#include <cstdint>

#include "net/number.h"

namespace antiphon::net {

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network;
  network.address_ = *address;
  if (slash == std::string_view::npos) return network;
  const unsigned width = text.substr(0, slash).contains(':') ? 128 : 32;
  const auto bits = parse_number<unsigned>(text.substr(slash + 1), 10, 3);
  if (!bits || *bits > width) return std::nullopt;
  network.bits_ = 128 - width + *bits;
  return network;
}

bool IpNetwork::contains(const IpAddress& address) const {
  for (unsigned bit = 0; bit < bits_; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    if (((address.bytes.at(bit / 8) ^ address_.bytes.at(bit / 8)) & mask) != 0) return false;
  }
  return true;
}

}  // namespace antiphon::net
