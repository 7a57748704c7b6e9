#include "tracing/collector_url.h"

#include <algorithm>
#include <charconv>

namespace antiphon::tracing {
namespace {

constexpr std::size_t kMostBytes = 2'048;
constexpr std::size_t kMostHostBytes = 253;

std::unexpected<std::string> wrong(std::string message) { return std::unexpected(std::move(message)); }

}  // namespace

base::Result<CollectorUrl, std::string> parse_collector_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://")) return wrong("a collector behind TLS is reached by one on this machine");
  if (!text.starts_with(kScheme)) return wrong("it must be http://HOST:PORT/PATH");
  if (text.size() > kMostBytes) return wrong("it is too long");
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; })) {
    return wrong("it must be printable ASCII without spaces");
  }
  text.remove_prefix(kScheme.size());
  CollectorUrl url;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos && slash + 1 < text.size()) url.path = text.substr(slash);
  if (url.path.contains('#')) return wrong("a fragment has no meaning there");
  auto host = text.substr(0, slash);
  if (host.contains('@')) return wrong("credentials are not sent");
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const auto port = host.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) {
      return wrong("the port must be 1 to 65535");
    }
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return wrong("an IPv6 address stands in brackets");
  }
  if (host.empty() || host.size() > kMostHostBytes) return wrong("the host is missing");
  url.host = host;
  return url;
}

}  // namespace antiphon::tracing
