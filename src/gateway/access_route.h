#pragma once

#include <string_view>

#include "api/access_log.h"

/// Names of paths from the table of routes, for labels of metrics and for the log.
namespace antiphon::gateway {

inline constexpr std::string_view kOtherRoute = "other";

/// The pattern that `path` is one of, such as "/v1/models/{}", or kOtherRoute where it leads nowhere. `path` is
/// percent-decoded.
[[nodiscard]] std::string_view route_label(std::string_view path);
/// "openai", "elevenlabs", "elevenlabs_socket", or "http" for what is no speech.
[[nodiscard]] std::string_view door_label(std::string_view path);

/// Both, for the log.
inline constexpr api::RouteNames kRouteNames = {.route = route_label, .door = door_label};

}  // namespace antiphon::gateway
