#include "cli/remote_settings.h"

#include <fmt/core.h>

#include <utility>

#include "cli/address.h"
#include "net/ip_address.h"

namespace antiphon::cli {

std::optional<fleet::RemoteDoorOptions> remote_door(const config::Config& config,
                                                    fleet::RemoteCredentials credentials) {
  if (config.remote.listen.empty()) return std::nullopt;
  fleet::RemoteDoorOptions door;
  listen_at("remote.listen", config.remote.listen, door.address, door.port);
  if (!net::parse_address(door.address)) {
    throw config::Error(fmt::format("remote.listen: '{}' is not a numeric address", door.address));
  }
  door.credentials = std::move(credentials);
  return door;
}

}  // namespace antiphon::cli
