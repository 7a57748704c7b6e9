#pragma once

#include <optional>

#include "config/config.h"
#include "gateway/remote_door.h"

namespace antiphon::cli {

/// By what workers on other machines know the server and are known, read from their files. Throws config::Error.
[[nodiscard]] gateway::RemoteCredentials read_credentials(const config::Config& config);

/// The door for workers on other machines; nothing where it is off. Throws config::Error.
[[nodiscard]] std::optional<gateway::RemoteDoorOptions> remote_door(const config::Config& config);

}  // namespace antiphon::cli
