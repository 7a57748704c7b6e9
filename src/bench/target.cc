#include "bench/target.h"

#include <algorithm>
#include <charconv>

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

/// Splits HOST[:PORT]; nullopt where it is not of that form.
std::optional<Address> parse_authority(std::string_view text) {
  Address address;
  if (take(text, "[")) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address.host = text.substr(0, end);
    text.remove_prefix(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    address.host = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (address.host.empty()) return std::nullopt;
  if (text.empty()) return address;
  if (!take(text, ":")) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address.port);
  if (error != std::errc{} || end != text.data() + text.size() || address.port == 0) return std::nullopt;
  return address;
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
  auto address = parse_authority(rest.substr(0, slash));
  if (!address) return wrong;
  address->security = security;
  if (address->port == 0) address->port = usual_port(protocol, security);
  address->path = path_of(protocol, std::string(rest.substr(slash)));
  return *address;
}

std::string name_of(const Address& address) {
  const bool brackets = address.host.contains(':');
  return (brackets ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace antiphon::bench
