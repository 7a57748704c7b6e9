#pragma once

#include <optional>
#include <string_view>

namespace antiphon::http {

/// Stands for the variable part of a pattern.
inline constexpr std::string_view kPatternParameter = "{}";

/// Returns the variable part of `path` if `path` is one of `pattern`, which may have one "{}" anywhere, such as
/// "/v1/models/{}" or "/v1/voices/{}/stream". The part is not empty, has no '/' and refers to `path`; it is "" for a
/// pattern without one. Returns nullopt if `path` is none of the pattern. `path` is percent-decoded.
[[nodiscard]] std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path);

}  // namespace antiphon::http
