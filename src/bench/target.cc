#include "bench/target.h"

#include <algorithm>
#include <utility>

#include "net/authority.h"

namespace antiphon::bench {
namespace {

constexpr std::size_t kMostCharacters = 1024;

std::uint16_t usual_port(Protocol protocol, Address::Security security) {
  constexpr std::uint16_t kHttp = 80;
  constexpr std::uint16_t kHttps = 443;
  constexpr std::uint16_t kWyoming = 10'200;
  if (protocol == Protocol::kWyoming) return kWyoming;
  return security == Address::Security::kTls ? kHttps : kHttp;
}

std::string path_of(Protocol protocol, std::string path) {
  while (path.ends_with('/')) path.pop_back();
  switch (protocol) {
    case Protocol::kOpenAi:
      return (path.empty() ? "/v1" : path) + "/audio/speech";
    case Protocol::kPiper:
      return path.empty() ? "/synthesize" : path;
    case Protocol::kWyoming:
      break;
  }
  return {};
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '@' && c != '?' && c != '#'; });
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<Protocol> parse_protocol(std::string_view name) {
  if (name == "openai") return Protocol::kOpenAi;
  if (name == "piper") return Protocol::kPiper;
  if (name == "wyoming") return Protocol::kWyoming;
  return std::nullopt;
}

base::Result<Address, std::string> parse_address(std::string_view text, Protocol protocol) {
  const auto wrong = std::unexpected("'" + std::string(text.substr(0, kMostCharacters)) +
                                     "' is not [http://|https://|tcp://]HOST[:PORT][/PATH]");
  if (text.size() > kMostCharacters || !is_plain(text)) return wrong;
  auto security = Address::Security::kPlain;
  auto rest = text;
  if (take(rest, "https://")) {
    security = Address::Security::kTls;
  } else if (!take(rest, "http://")) {
    take(rest, "tcp://");
  }
  if (rest.contains("://")) return wrong;
  const auto slash = std::min(rest.find('/'), rest.size());
  auto authority = net::parse_authority(rest.substr(0, slash));
  if (!authority) return wrong;
  return Address{.security = security,
                 .host = std::move(authority->host),
                 .port = authority->port.value_or(usual_port(protocol, security)),
                 .path = path_of(protocol, std::string(rest.substr(slash)))};
}

std::string name_of(const Address& address) { return net::to_authority(address.host, address.port); }

}  // namespace antiphon::bench
