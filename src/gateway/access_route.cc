#include "gateway/access_route.h"

#include <algorithm>
#include <array>

#include "gateway/routes.h"

namespace antiphon::gateway {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

}  // namespace

std::string_view route_label(std::string_view path) {
  const auto route = find_route(path);
  return route ? route->row->pattern : kOtherRoute;
}

std::string_view method_label(std::string_view method) {
  const auto* const known = std::ranges::find(kMethods, method);
  return known == kMethods.end() ? kOtherMethod : *known;
}

std::string_view door_label(std::string_view path) {
  const auto route = find_route(path);
  return route ? route->row->door : "http";
}

}  // namespace antiphon::gateway
