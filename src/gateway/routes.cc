#include "gateway/routes.h"

#include <algorithm>
#include <array>

namespace antiphon::gateway {
namespace {

constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
constexpr std::string_view kPost = "POST, OPTIONS";
constexpr std::string_view kParameter = "{}";

constexpr std::array kRoutes = {
    RouteRow{"/v1/audio/speech", Endpoint::kSpeech, kPost},
    RouteRow{"/v1/audio/models", Endpoint::kSpeechModels, kRead},
    RouteRow{"/v1/audio/voices", Endpoint::kSpeechVoices, kRead},
    RouteRow{"/v1/models", Endpoint::kModels, kRead},
    RouteRow{"/v1/models/{}", Endpoint::kModel, kRead},
    RouteRow{"/v1/voices", Endpoint::kVoices, kRead},
    RouteRow{"/v1/voices/{}", Endpoint::kVoice, kRead},
    RouteRow{"/v2/voices", Endpoint::kVoices, kRead},
    RouteRow{"/v1", Endpoint::kRoot, kRead},
    RouteRow{"/v1/", Endpoint::kRoot, kRead},
    RouteRow{"/v1/workers", Endpoint::kWorkers, kRead},
    RouteRow{"/healthz", Endpoint::kHealth, kRead},
    RouteRow{"/readyz", Endpoint::kReadiness, kRead},
    RouteRow{"/metrics", Endpoint::kMetrics, kRead},
};

/// The parameter of `path` where it is one of `pattern`, "" for a pattern without one.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with(kParameter)) return pattern == path ? std::optional(std::string_view()) : std::nullopt;
  pattern.remove_suffix(kParameter.size());
  if (!path.starts_with(pattern)) return std::nullopt;
  path.remove_prefix(pattern.size());
  return path.empty() || path.contains('/') ? std::nullopt : std::optional(path);
}

}  // namespace

std::span<const RouteRow> routes() { return kRoutes; }

const RouteRow* find_row(std::string_view path) {
  const auto* const row =
      std::ranges::find_if(kRoutes, [path](const auto& one) { return match(one.path, path).has_value(); });
  return row == kRoutes.end() ? nullptr : row;
}

std::optional<Route> find_route(std::string_view path) {
  const auto* const row = find_row(path);
  if (row == nullptr) return std::nullopt;
  return Route{
      .endpoint = row->endpoint, .methods = row->methods, .parameter = std::string(match(row->path, path).value())};
}

bool allows(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    const auto one = methods.substr(0, methods.find(", "));
    if (one == method) return true;
    methods.remove_prefix(std::min(methods.size(), one.size() + 2));
  }
  return false;
}

}  // namespace antiphon::gateway
