#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::identity {

/// A numeric IPv6 address, or an IPv4 one mapped into it (RFC 4291, 2.5.5.2), so that both compare as one kind.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const Address&, const Address&) = default;
};

/// IPv4 in four decimal numbers, or IPv6 without zone; nothing else.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] bool is_loopback(const Address& address);

/// A network: an address and how many of its bits count.
class Network {
 public:
  /// "10.0.0.0/8", "fd00::/8", or a single address.
  [[nodiscard]] static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const Address& address) const;

 private:
  Address address_;
  unsigned bits_ = 128;
};

/// The client's address: that of the peer unless this is a trusted proxy, then the last one in X-Forwarded-For that is
/// none. `forwarded_for` are the field's values, one after the other, joined by commas; at what is no address it stops
/// with what it knows for sure. An address that is no address stays as it is.
[[nodiscard]] std::string client_address(std::string_view peer, std::string_view forwarded_for,
                                         std::span<const Network> trusted_proxies);

/// What counts as one address: of IPv6 its first 64 bits, which is what one customer is given, as "2001:db8:1:2::/64".
[[nodiscard]] std::string address_group(std::string_view address);

}  // namespace antiphon::identity
