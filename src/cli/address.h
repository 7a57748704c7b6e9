#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/edge_policy.h"

namespace antiphon::cli {

/// Reads where to listen: HOST:PORT, [IPV6]:PORT, HOST, PORT or :PORT, over what is there; the last two keep the host.
/// HOST is a numeric address, "localhost" (127.0.0.1) or "*" (every IPv4 address). `source` says where it was written.
/// Throws config::Error.
void listen_at(std::string_view source, std::string_view place, std::string& host, std::uint16_t& listen_port);

/// The numeric address that `host`, written as above, stands for. Throws config::Error.
[[nodiscard]] std::string numeric_host(std::string_view source, std::string_view host);

/// By which names and for which web pages it may be used. Throws config::Error for a name that can be none.
[[nodiscard]] http::EdgeRules edge_rules(const config::Server& server);

}  // namespace antiphon::cli
