#pragma once

#include <optional>

#include "config/config.h"
#include "gateway/remote_door.h"

namespace antiphon::cli {

/// The door for workers on other machines; nothing where it is off. Throws config::Error.
[[nodiscard]] std::optional<gateway::RemoteDoorOptions> remote_door(const config::Config& config,
                                                                    gateway::RemoteCredentials credentials);

}  // namespace antiphon::cli
