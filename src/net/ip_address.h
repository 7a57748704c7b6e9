#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Addresses and networks of the Internet Protocol, and the address of a client behind proxies. Pure: no sockets.
namespace antiphon::net {

/// A numeric IPv6 address, or an IPv4 one mapped into it (RFC 4291, 2.5.5.2), so that both compare as one kind.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

/// Reads IPv4 in four decimal numbers, or IPv6 without zone. Returns nullopt if `text` is anything else.
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);

/// Returns true for 127.0.0.0/8, also where it is mapped into IPv6, and for ::1.
[[nodiscard]] bool is_loopback(const IpAddress& address);

/// Returns what counts as one address: the address itself for IPv4, and for IPv6 the first 64 bits, which is what one
/// customer is given, as "2001:db8:1:2::/64". A text that is no address is returned as it is.
[[nodiscard]] std::string address_group(std::string_view address);

}  // namespace antiphon::net
