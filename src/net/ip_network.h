#pragma once

#include <optional>
#include <string_view>

#include "net/ip_address.h"

namespace antiphon::net {

/// A network: an address and the number of its leading bits that count.
class IpNetwork {
 public:
  /// Reads "10.0.0.0/8", "fd00::/8", or a single address. Returns nullopt if `text` is anything else.
  [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  unsigned bits_ = 128;
};

}  // namespace antiphon::net
