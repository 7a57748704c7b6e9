#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/message.h"
#include "runtime/awaitable.h"

namespace antiphon::gateway {

class Front;
struct Call;

/// The callers that may use a route.
enum class Access : std::uint8_t {
  kAll,           ///< Everybody: the pages, their descriptions and the state of health.
  kCallers,       ///< With keys, those that have one.
  kCallersLater,  ///< The same, but the first message of a WebSocket may bring the key, too.
  kAdmins,        ///< Those whose key says so; without keys, the server's own machine.
};

/// A row of the table of routes.
struct RouteRow {
  using Answer = http::Response (Front::*)(const Call&) const;
  using Serve = runtime::Awaitable<> (Front::*)(Call);

  std::string_view pattern;  ///< See http::match_path().
  std::string_view methods;  ///< As the Allow header has them.
  Access access = Access::kAll;
  std::string_view door;  ///< In the log: "openai", "elevenlabs", "elevenlabs_socket", or "http" for what is no speech.
  Answer answer = nullptr;  ///< For what is only read; else null.
  Serve serve = nullptr;    ///< For what answers by itself; else null.
};
[[nodiscard]] std::span<const RouteRow> routes();

struct Route {
  const RouteRow* row;
  std::string_view parameter;  ///< The path's variable part, which refers to the path; "" where it has none.
};

/// Returns nullopt if `path`, percent-decoded, leads nowhere.
[[nodiscard]] std::optional<Route> find_route(std::string_view path);

/// Returns whether `methods`, of a row, has `method`.
[[nodiscard]] bool allows(std::string_view methods, std::string_view method);

}  // namespace antiphon::gateway
