#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/awaitable.h"
#include "tls/client_context.h"
#include "top/event_parser.h"

namespace antiphon::top {

/// Where a server listens, and how it is asked.
struct Target {
  std::string host;           ///< A name or a numeric address, without brackets.
  std::uint16_t port = 0;     ///< 1 or more.
  bool is_encrypted = false;  ///< By TLS.
  std::string authority;      ///< As the header Host has it.
  std::string key;            ///< Sent as a bearer token; "": none.
};

/// Reads `http://HOST[:PORT]` or `https://HOST[:PORT]`, where an IPv6 address has brackets and a path of "/" counts as
/// none. The error is a sentence.
[[nodiscard]] base::Result<Target, std::string> parse_url(std::string_view url);

/// Reads the events at `path` over a connection of its own, and calls `take` with each, which returns whether it wants
/// more. Waits at most 10 s for the connection and for each byte. `tls`: for what is encrypted; else null.
/// Returns why the stream of events has ended, a sentence; "" if `take` has ended it, or the task was cancelled.
[[nodiscard]] runtime::Awaitable<std::string> watch(Target target, tls::ClientContext* tls, std::string path,
                                                    std::function<bool(const Event&)> take);

}  // namespace antiphon::top
