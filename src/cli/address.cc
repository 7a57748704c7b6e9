#include "cli/address.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <system_error>

namespace antiphon::cli {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::uint16_t parse_port(std::string_view source, std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw config::Error(fmt::format("{}: '{}' is not a port (0 to 65535)", source, text));
  }
  return port;
}

}  // namespace

std::string numeric_host(std::string_view source, std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") return "127.0.0.1";
  if (host == "*") return "0.0.0.0";
  std::string address(host);
  boost::system::error_code error;
  boost::asio::ip::make_address(address, error);
  if (!error) return address;
  throw config::Error(
      fmt::format("{}: '{}' is not a numeric address, localhost or *; where a server listens is ADDRESS:PORT, such as "
                  "127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080",
                  source, host));
}

void listen_at(std::string_view source, std::string_view place, std::string& host, std::uint16_t& listen_port) {
  if (is_number(place)) {
    listen_port = parse_port(source, place);
    return;
  }
  const auto colon = place.rfind(':');
  const bool bracketed = place.starts_with('[');
  const bool has_port =
      colon != std::string_view::npos && (bracketed ? colon > 0 && place[colon - 1] == ']' : place.find(':') == colon);
  auto port = listen_port;
  if (has_port) {
    port = parse_port(source, place.substr(colon + 1));
    place = place.substr(0, colon);
  }
  if (!has_port || !place.empty()) host = numeric_host(source, place);
  listen_port = port;
}

http::EdgeRules edge_rules(const config::Server& server) {
  for (const auto& host : server.allowed_hosts) {
    if (http::is_host_pattern(host)) continue;
    throw config::Error(fmt::format(
        "server.allowed_hosts: '{}' is not a host without scheme and port, nor *.example, .example or *", host));
  }
  return {
      .listen_address = server.host, .allowed_hosts = server.allowed_hosts, .allowed_origins = server.allowed_origins};
}

}  // namespace antiphon::cli
