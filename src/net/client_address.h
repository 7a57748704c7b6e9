#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/ip_network.h"

namespace antiphon::net {

/// Returns the client's address: the address of the peer unless this is a trusted proxy, else the last one in
/// X-Forwarded-For that is none. `forwarded_for` holds the field's values in their order, joined by commas. The search
/// stops at a value that is no address, with the last address that is certain. A peer that is no address is returned as
/// it is.
[[nodiscard]] std::string client_address(std::string_view peer, std::string_view forwarded_for,
                                         std::span<const IpNetwork> trusted_proxies);

}  // namespace antiphon::net
