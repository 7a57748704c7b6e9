#include "gateway/access_route.h"

#include "gateway/routes.h"

namespace antiphon::gateway {

std::string_view route_label(std::string_view path) {
  const auto route = find_route(path);
  return route ? route->row->pattern : kOtherRoute;
}

std::string_view door_label(std::string_view path) {
  const auto route = find_route(path);
  return route ? route->row->door : "http";
}

}  // namespace antiphon::gateway
