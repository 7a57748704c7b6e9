#include "net/client_address.h"

#include <algorithm>

namespace antiphon::net {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string client_address(std::string_view peer, std::string_view forwarded_for,
                           std::span<const IpNetwork> trusted_proxies) {
  const auto trusted = [&](std::string_view text) {
    const auto address = parse_address(text);
    return address && std::ranges::any_of(trusted_proxies, [&](const IpNetwork& n) { return n.contains(*address); });
  };
  std::string_view client = peer;
  while (trusted(client) && !forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto last = trimmed(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!parse_address(last)) break;
    client = last;
    forwarded_for = comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return std::string(client);
}

}  // namespace antiphon::net
