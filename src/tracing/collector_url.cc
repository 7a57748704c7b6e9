#include "tracing/collector_url.h"

#include <algorithm>
#include <utility>

#include "net/authority.h"

namespace antiphon::tracing {
namespace {

constexpr std::size_t kMostBytes = 2'048;

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
  const auto host = text.substr(0, slash);
  if (host.contains('@')) return wrong("credentials are not sent");
  auto authority = net::parse_authority(host);
  if (!authority) return wrong(std::move(authority.error()));
  url.host = std::move(authority->host);
  url.port = authority->port.value_or(url.port);
  return url;
}

}  // namespace antiphon::tracing
