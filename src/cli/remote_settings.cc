#include "cli/remote_settings.h"

#include <fmt/core.h>

#include <utility>

#include "cli/address.h"
#include "cli/key_file.h"
#include "identity/network.h"
#include "runtime/log.h"

namespace antiphon::cli {

gateway::RemoteCredentials read_credentials(const config::Config& config) {
  const auto& remote = config.remote;
  gateway::RemoteCredentials credentials{.tokens = read_keys(remote.tokens)};
  if (remote.certificate.empty()) return credentials;
  auto context = tls::ServerContext::load(
      {.certificate = remote.certificate, .key = remote.key, .client_authorities = remote.authorities});
  if (!context) throw config::Error("remote: " + context.error().message);
  runtime::log_info("workers_certificate", {{"pin", to_string(context->pin())}, {"expires", context->expires()}});
  credentials.tls.emplace(std::move(*context));
  return credentials;
}

std::optional<gateway::RemoteDoorOptions> remote_door(const config::Config& config) {
  if (config.remote.listen.empty()) return std::nullopt;
  gateway::RemoteDoorOptions door;
  listen_at("remote.listen", config.remote.listen, door.address, door.port);
  const auto address = identity::parse_address(door.address);
  if (!address) throw config::Error(fmt::format("remote.listen: '{}' is not a numeric address", door.address));
  if (config.remote.certificate.empty() && !identity::is_loopback(*address)) {
    throw config::Error("remote.listen can be reached by other machines: it needs remote.certificate and remote.key");
  }
  door.credentials = read_credentials(config);
  if (door.credentials.tokens.empty()) {
    throw config::Error("remote.listen: no worker could join; make a token with 'antiphon keys add NAME --workers'");
  }
  return door;
}

}  // namespace antiphon::cli
