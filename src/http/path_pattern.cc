#include "http/path_pattern.h"

namespace antiphon::http {

std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(kPatternParameter);
  if (at == std::string_view::npos) return pattern == path ? std::optional(std::string_view()) : std::nullopt;
  const auto before = pattern.substr(0, at);
  const auto after = pattern.substr(at + kPatternParameter.size());
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  const auto parameter = path.substr(at, path.size() - before.size() - after.size());
  return parameter.contains('/') ? std::nullopt : std::optional(parameter);
}

}  // namespace antiphon::http
