#include "cli/probe_url.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <system_error>

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

/// Returns the port that `text` says, all of it, or 0 where it says none.
std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() ? port : 0;
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
  auto place = text.substr(0, slash);
  if (place.contains('@') || text.contains('#')) return wrong("has more than a host, a port and a path");
  const auto bracket = place.rfind(']');
  const auto colon = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
  url.port = url.encrypted ? kEncryptedPort : kPlainPort;
  if (colon != std::string_view::npos) {
    url.port = port_of(place.substr(colon + 1));
    if (url.port == 0) return wrong("has no port from 1 to 65535 after its colon");
    place = place.substr(0, colon);
  }
  if (place.starts_with('[') && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  if (place.empty() || place.contains('[')) return wrong("names no host");
  url.host = place;
  return url;
}

std::string to_string(const ProbeUrl& url) {
  return fmt::format(fmt::runtime(url.host.contains(':') ? "{}[{}]:{}{}" : "{}{}:{}{}"),
                     url.encrypted ? kEncrypted : kPlain, url.host, url.port, url.path);
}

std::string reachable_at(std::string_view address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  if (address == "::") return "::1";
  return std::string(address);
}

}  // namespace antiphon::cli
