#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace antiphon::tracing {

/// Where a collector takes spans.
struct CollectorUrl {
  std::string host;  ///< A name or a numeric address, without brackets.
  std::uint16_t port = 4318;
  std::string path = "/v1/traces";
  friend bool operator==(const CollectorUrl&, const CollectorUrl&) = default;
};

/// `http://HOST[:PORT][/PATH]`, at most 2,048 bytes of printable ASCII. The port that OTLP has over HTTP, 4318, and its
/// path, /v1/traces, stand where none is given. The error is a sentence about what is wrong.
[[nodiscard]] base::Result<CollectorUrl, std::string> parse_collector_url(std::string_view text);

}  // namespace antiphon::tracing
