#include "cli/probe_url.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "net/authority.h"

namespace antiphon::cli {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kEncrypted = "https://";
constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kEncryptedPort = 443;
constexpr std::size_t kMostBytes = 2048;

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

base::Result<ProbeUrl, std::string> parse_probe_url(std::string_view text) {
  const auto wrong = [whole = std::string(text.substr(0, kMostBytes))](std::string_view what) {
    return std::unexpected(fmt::format("'{}' {}, such as http://127.0.0.1:8080/readyz", whole, what));
  };
  ProbeUrl url{.encrypted = text.starts_with(kEncrypted), .host = {}, .path = {}};
  if (!url.encrypted && !text.starts_with(kPlain)) return wrong("is not http:// or https:// and a host");
  if (text.size() > kMostBytes || !is_visible(text)) return wrong("is too long, or has characters that no URL has");
  text.remove_prefix(url.encrypted ? kEncrypted.size() : kPlain.size());
  const auto slash = std::min(text.find('/'), text.size());
  url.path = text.substr(slash);
  const auto place = text.substr(0, slash);
  if (place.contains('@') || text.contains('#')) return wrong("has more than a host, a port and a path");
  auto authority = net::parse_authority(place);
  if (!authority) return wrong("names no server: " + authority.error());
  url.host = std::move(authority->host);
  url.port = authority->port.value_or(url.encrypted ? kEncryptedPort : kPlainPort);
  return url;
}

std::string to_string(const ProbeUrl& url) {
  return fmt::format("{}{}{}", url.encrypted ? kEncrypted : kPlain, net::to_authority(url.host, url.port), url.path);
}

std::string reachable_at(std::string_view address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  if (address == "::") return "::1";
  return std::string(address);
}

}  // namespace antiphon::cli
