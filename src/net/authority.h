#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace antiphon::net {

/// The part of a URL that names a server (RFC 3986, section 3.2), without a user.
struct Authority {
  std::string host;                     ///< A name or a numeric address, without brackets; 1 to 253 bytes.
  std::optional<std::uint16_t> port{};  ///< 1 to 65535; nullopt where none is given.
  friend bool operator==(const Authority&, const Authority&) = default;
};

/// Reads `HOST[:PORT]`, where an IPv6 address stands in brackets. What bytes a host may have is the caller's to say.
/// Error: what is wrong, as a clause for a user.
[[nodiscard]] base::Result<Authority, std::string> parse_authority(std::string_view text);

/// Returns `HOST:PORT`, with brackets around an IPv6 address, as the header Host has it.
[[nodiscard]] std::string to_authority(std::string_view host, std::uint16_t port);

}  // namespace antiphon::net
