#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace antiphon::cli {

/// Where a probe asks.
struct ProbeUrl {
  bool encrypted = false;  ///< Whether it is https.
  std::string host;        ///< A name or a numeric address, without brackets.
  std::uint16_t port = 0;
  std::string path;  ///< Begins with a slash; "" where the URL has none.
  friend bool operator==(const ProbeUrl&, const ProbeUrl&) = default;
};

/// Reads `http://HOST[:PORT][/PATH]` or `https://...`, where an IPv6 address stands in brackets; the ports are 80 and
/// 443 unless one is given. Error: what is wrong, as a sentence.
[[nodiscard]] base::Result<ProbeUrl, std::string> parse_probe_url(std::string_view text);

/// Returns the URL that parse_probe_url() reads as `url`.
[[nodiscard]] std::string to_string(const ProbeUrl& url);

/// Returns the address by which a server that listens at the numeric `address` is reached from its own machine: the
/// loopback where it listens at every address, otherwise the address itself.
[[nodiscard]] std::string reachable_at(std::string_view address);

}  // namespace antiphon::cli
