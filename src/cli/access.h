#pragma once

#include <optional>

#include "config/config.h"
#include "fleet/remote_door.h"
#include "identity/exposure.h"
#include "identity/key_ring.h"
#include "tls/server_context.h"

namespace antiphon::cli {

/// What a server knows its clients and workers by, and shows them, as its files say now.
struct Access {
  std::optional<identity::KeyRing> keys{};          ///< Nothing: there is no file of keys.
  std::optional<tls::ServerContext> certificate{};  ///< Nothing: plain HTTP.
  fleet::RemoteCredentials workers{};  ///< Credentials of the door for workers elsewhere, where it is open.
  identity::Exposure exposure{};       ///< What follows for clients that can reach it.
};

/// Reads the files of keys, tokens and certificates. Throws config::Error or std::runtime_error where one of them
/// cannot be used. Whether the whole may be applied is then for identity::check_start() or check_reload() to say.
[[nodiscard]] Access read_access(const config::Config& config);

/// Logs the certificates that are in use from now on, and what should be known of the rest.
void log_access(const Access& access);

}  // namespace antiphon::cli
