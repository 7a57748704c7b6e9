#include "http/edge_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string_view>

namespace antiphon::http {
namespace {

/// Bytes of a refused Host that its refusal repeats; DNS has none longer.
constexpr std::size_t kMostShown = 253;

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<boost::asio::ip::address> parse_ip(const std::string& host) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return address;
}

struct Authority {
  std::string host;  ///< Lower case, without brackets and without a final dot.
  std::string port;  ///< "" when absent.
};

/// `host`, `host:port` or `[v6]:port`; nullopt when it is none of these.
std::optional<Authority> parse_authority(std::string_view text) {
  Authority out;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    out.host = lower_case(text.substr(1, end - 1));
    rest = text.substr(end + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    out.host = lower_case(text.substr(0, colon));
    rest = text.substr(colon);
  }
  if (!rest.empty()) {
    if (rest.front() != ':') return std::nullopt;
    out.port = rest.substr(1);
    if (!std::ranges::all_of(out.port, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  }
  if (out.host.ends_with('.')) out.host.pop_back();
  if (const auto address = parse_ip(out.host); text.starts_with('[') && !(address && address->is_v6())) {
    return std::nullopt;
  }
  if (out.host.empty() || out.host.find_first_of(" /@?#\\") != std::string::npos) return std::nullopt;
  return out;
}

bool lists(const std::vector<std::string>& allowed, std::string_view value) {
  return std::ranges::any_of(allowed,
                             [value](const std::string& one) { return one == "*" || equal_ignoring_case(one, value); });
}

/// An allowed host that is a single one; IPv6 may lack its brackets there.
std::optional<Authority> parse_allowed(std::string_view text) {
  return text.contains(':') && !text.starts_with('[') ? parse_authority(fmt::format("[{}]", text))
                                                      : parse_authority(text);
}

/// Whether `host`, of an Authority, is one that `pattern` stands for.
bool stands_for(std::string_view pattern, const std::string& host) {
  const bool below = pattern.starts_with("*.");
  if (!below && !pattern.starts_with('.')) {
    const auto named = parse_allowed(pattern);
    if (!named) return false;
    const auto address = parse_ip(named->host);
    return named->host == host || (address && address == parse_ip(host));
  }
  const auto suffix = lower_case(pattern.substr(below ? 1 : 0));
  return host.ends_with(suffix) ? host.size() > suffix.size() : !below && host == std::string_view(suffix).substr(1);
}

bool is_own_host(const EdgeRules& rules, const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  if (std::ranges::any_of(rules.allowed_hosts, [&](const auto& one) { return stands_for(one, host); })) return true;
  const auto address = parse_ip(host);
  if (!address) return false;
  if (address->is_loopback()) return true;
  const auto own = parse_ip(rules.listen_address);
  return own && (own->is_unspecified() || *own == *address);
}

/// Origin and Host name the same place; Host does not say the scheme, so either default port may be left out.
bool is_same_origin(std::string_view origin, const Authority& host) {
  const bool tls = origin.starts_with("https://");
  if (!tls && !origin.starts_with("http://")) return false;
  const auto place = parse_authority(origin.substr(origin.find("://") + 3));
  if (!place) return false;
  const std::string_view default_port = tls ? "443" : "80";
  const std::string_view a = place->port.empty() ? default_port : std::string_view(place->port);
  const std::string_view b = host.port.empty() ? default_port : std::string_view(host.port);
  return place->host == host.host && a == b;
}

bool is_json(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return equal_ignoring_case(type, "application/json");
}

bool is_coded(const Headers& headers) {
  return std::ranges::any_of(headers.fields(), [](const Headers::Field& field) {
    return equal_ignoring_case(field.first, "Content-Encoding") && !field.second.empty() &&
           !equal_ignoring_case(field.second, "identity");
  });
}

/// Whether the answer is the same for everybody, and asked for by names that this server need not know.
bool is_open(const EdgeRules& rules, const Request& request) {
  return (request.method == "GET" || request.method == "HEAD") && lists(rules.open_paths, request.path);
}

bool is_plain_name(std::string_view host) {
  return host.size() <= kMostShown && std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
         });
}

std::string host_complaint(const std::optional<Authority>& host) {
  if (!host || !is_plain_name(host->host)) {
    return "The request's Host is no name of this server; --allowed-host and [server] allowed_hosts say which are.";
  }
  return fmt::format(
      "This server does not answer to the Host '{0}'. If that is its name, allow it: --allowed-host {0}, or "
      "ANTIPHON_SERVER_ALLOWED_HOSTS={0}, or allowed_hosts = [\"{0}\"] under [server].",
      host->host);
}

EdgeError refuse(Errc code, std::string message) { return {.code = code, .message = std::move(message)}; }

}  // namespace

bool is_host_pattern(std::string_view text) {
  if (text == "*") return true;
  if (text.starts_with("*.")) {
    text.remove_prefix(2);
  } else if (text.starts_with('.')) {
    text.remove_prefix(1);
  }
  const auto named = parse_allowed(text);
  return named && named->port.empty() && !text.ends_with(':') && !named->host.contains('*');
}

std::vector<Headers::Field> cors_fields(const EdgeRules& rules, const Request& request) {
  if (rules.allowed_origins.empty()) return {};
  std::vector<Headers::Field> fields{{"Vary", "Origin"}};
  const auto* const origin = request.headers.find("Origin");
  if (origin == nullptr || !lists(rules.allowed_origins, *origin)) return fields;
  fields.emplace_back("Access-Control-Allow-Origin", *origin);
  if (request.method != "OPTIONS") {
    fields.emplace_back("Access-Control-Expose-Headers",
                        "x-request-id, Antiphon-Stream, Antiphon-Resume-Sample, Content-Range, Retry-After, "
                        "retry-after-ms, x-should-retry, Server-Timing");
  } else if (request.headers.find("Access-Control-Request-Method") != nullptr) {
    fields.emplace_back("Access-Control-Allow-Methods", "GET, HEAD, POST");
    const auto wanted = request.headers.get("Access-Control-Request-Headers");
    if (!wanted.empty()) fields.emplace_back("Access-Control-Allow-Headers", wanted);
    fields.emplace_back("Access-Control-Max-Age", "600");
  }
  return fields;
}

std::optional<EdgeError> edge_policy(const EdgeRules& rules, const Request& request) {
  const auto host = parse_authority(request.headers.get("Host"));
  const bool known = lists(rules.allowed_hosts, "*") || (host && is_own_host(rules, host->host));
  if (!known && !is_open(rules, request)) return refuse(Errc::kHostRefused, host_complaint(host));
  const auto& method = request.method;
  // Any page may open a WebSocket to anywhere: browsers leave the check to the server.
  const bool opens_websocket = request.headers.find("Sec-WebSocket-Key") != nullptr;
  if (opens_websocket || (method != "GET" && method != "HEAD" && method != "OPTIONS")) {
    const auto* origin = request.headers.find("Origin");
    const bool foreign = origin != nullptr
                             ? (!host || !is_same_origin(*origin, *host)) && !lists(rules.allowed_origins, *origin)
                             : equal_ignoring_case(request.headers.get("Sec-Fetch-Site"), "cross-site") &&
                                   !lists(rules.allowed_origins, "");
    if (foreign) {
      return refuse(Errc::kOriginRefused,
                    "Web pages of other origins may not use this server; see [server] allowed_origins.");
    }
  }
  if ((method == "POST" || method == "PUT" || method == "PATCH") && !is_json(request.headers.get("Content-Type"))) {
    return refuse(Errc::kUnsupportedMediaType, "The body must be JSON with Content-Type: application/json.");
  }
  if (is_coded(request.headers)) {
    return refuse(Errc::kUnsupportedCoding, "Send the body without a Content-Encoding: none is undone here.");
  }
  return std::nullopt;
}

}  // namespace antiphon::http
