#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace antiphon::gateway {

/// What came back, its body without the chunked framing.
struct Reply {
  int status = 0;                              ///< 0: the connection ended before a head.
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
  bool complete = false;  ///< The body ended as its framing says.
};

/// One HTTP/1.1 request on a connection of its own; blocks. For tests: it trusts the server.
[[nodiscard]] Reply ask(std::uint16_t port, std::string_view method, std::string_view target,
                        std::string_view body = {}, std::string_view more_headers = {});

/// Sends the request, reads `bytes` of the answer, and closes.
void ask_and_leave(std::uint16_t port, std::string_view target, std::string_view body, std::size_t bytes,
                   std::string_view more_headers = {});

}  // namespace antiphon::gateway
