#include "net/authority.h"

#include <fmt/format.h>

#include "net/number.h"

namespace antiphon::net {
namespace {

constexpr std::size_t kMostHostBytes = 253;
constexpr int kDecimal = 10;

}  // namespace

base::Result<Authority, std::string> parse_authority(std::string_view text) {
  Authority authority;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const auto digits = text.substr(colon + 1);
    authority.port = parse_number<std::uint16_t>(digits, kDecimal, digits.size());
    if (authority.port.value_or(0) == 0) return std::unexpected("the port must be 1 to 65535");
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  } else if (text.contains(':')) {
    return std::unexpected("an IPv6 address stands in brackets");
  }
  if (text.empty() || text.size() > kMostHostBytes || text.find_first_of("[]") != std::string_view::npos) {
    return std::unexpected("the host is missing");
  }
  authority.host = text;
  return authority;
}

std::string to_authority(std::string_view host, std::uint16_t port) {
  return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace antiphon::net
