#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/error.h"
#include "http/message.h"

namespace antiphon::http {

/// Who may talk to this server from a browser.
struct EdgeRules {
  /// The address listened on. A wildcard address lets every numeric Host through: rebinding needs a name.
  std::string listen_address = "127.0.0.1";
  /// Further host names of this server, as is_host_pattern() has them. "*" turns the check off.
  std::vector<std::string> allowed_hosts;
  /// Paths that GET and HEAD may ask for by any Host: what probes and scrapers read, by names that only their network
  /// knows.
  std::vector<std::string> open_paths;
  /// Origins of other sites that may post, such as "https://app.example". "*" turns the check off.
  std::vector<std::string> allowed_origins;
};

/// Whether `text` can be an allowed host: "*"; a name or a numeric address without a port; or ".example" for that name
/// and every name below it, "*.example" for the latter alone.
[[nodiscard]] bool is_host_pattern(std::string_view text);

/// The checks that keep web pages from driving a local server, over a request's head; nullopt lets it pass.
/// - Host: a loopback name or address, the listen address or an allowed name, else 421 (DNS rebinding). The open paths
/// need none.
/// - Origin, for WebSockets and for methods other than GET, HEAD and OPTIONS: absent, this server's own or allowed,
/// else 403; the same
///   for `Sec-Fetch-Site: cross-site` without an Origin.
/// - Content-Type, for POST, PUT and PATCH: application/json, else 415 (a form can send the others unasked).
/// - Content-Encoding: absent or identity, else 415.
[[nodiscard]] std::optional<EdgeError> edge_policy(const EdgeRules& rules, const Request& request);

/// The header fields that let pages of allowed_origins read an answer (CORS, Fetch standard 3.2): none without an
/// Origin, and none for one that is not allowed. For a preflight they also say what may be sent.
[[nodiscard]] std::vector<Headers::Field> cors_fields(const EdgeRules& rules, const Request& request);

}  // namespace antiphon::http
