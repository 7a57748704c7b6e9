#pragma once

#include <optional>

#include "config/config.h"
#include "fleet/remote_door.h"

namespace antiphon::cli {

/// The door for workers on other machines; nothing where it is off. Throws config::Error.
[[nodiscard]] std::optional<fleet::RemoteDoorOptions> remote_door(const config::Config& config,
                                                                  fleet::RemoteCredentials credentials);

}  // namespace antiphon::cli
