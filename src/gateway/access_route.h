#pragma once

#include <string_view>

/// Names from closed lists for what clients choose, for labels of metrics and for the log.
namespace antiphon::gateway {

inline constexpr std::string_view kOtherRoute = "other";
inline constexpr std::string_view kOtherMethod = "other";

/// The pattern that `path` is one of, such as "/v1/models/{}", or kOtherRoute where it leads nowhere. `path` is
/// percent-decoded.
[[nodiscard]] std::string_view route_label(std::string_view path);
/// "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" or kOtherMethod.
[[nodiscard]] std::string_view method_label(std::string_view method);
/// "openai", "elevenlabs", "elevenlabs_socket", or "http" for what is no speech.
[[nodiscard]] std::string_view door_label(std::string_view path);

}  // namespace antiphon::gateway
