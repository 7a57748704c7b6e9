#include "cli/access.h"

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "cli/address.h"
#include "cli/key_file.h"
#include "runtime/log.h"

namespace antiphon::cli {
namespace {

std::optional<tls::ServerContext> open_certificate(const config::Server& server) {
  if (server.certificate.empty() != server.key.empty()) {
    throw config::Error(server.key.empty() ? "server.certificate is of no use without server.key"
                                           : "server.key is of no use without server.certificate");
  }
  if (server.certificate.empty()) return std::nullopt;
  auto context =
      tls::ServerContext::load({.certificate = server.certificate, .key = server.key, .protocol = "http/1.1"});
  if (!context) throw std::runtime_error(context.error().message);
  return std::move(*context);
}

std::optional<tls::ServerContext> open_certificate(const config::Remote& remote) {
  if (remote.certificate.empty()) return std::nullopt;
  auto context = tls::ServerContext::load(
      {.certificate = remote.certificate, .key = remote.key, .client_authorities = remote.authorities});
  if (!context) throw config::Error("remote: " + context.error().message);
  return std::move(*context);
}

std::optional<identity::CertificateFacts> facts_of(const std::optional<tls::ServerContext>& context,
                                                   const std::filesystem::path& file) {
  if (!context) return std::nullopt;
  const auto validity = context->validity();
  return identity::CertificateFacts{
      .file = file.string(), .fingerprint = context->fingerprint(), .begins = validity.begins, .ends = validity.ends};
}

/// The host of an address to listen on; "" where the door is shut.
std::string host_of(std::string_view key, const std::string& place) {
  if (place.empty()) return {};
  std::string host = "127.0.0.1";  // where a port alone is opened
  std::uint16_t port = 0;
  listen_at(key, place, host, port);
  return host;
}

std::optional<std::size_t> count_of(const std::optional<identity::KeyRing>& keys) {
  return keys ? std::optional(keys->keys().size()) : std::nullopt;
}

}  // namespace

Access read_access(const config::Config& config) {
  Access access{.keys = read_keys(config.keys.file), .certificate = open_certificate(config.server)};
  access.exposure = {
      .http = config.server.host,
      .wyoming = host_of("wyoming.listen", config.wyoming.listen),
      .workers = host_of("remote.listen", config.remote.listen),
      .anonymous = config.server.allow_anonymous ? identity::Anonymous::kAllowed : identity::Anonymous::kRefused,
      .allowed_hosts = config.server.allowed_hosts,
      .keys = count_of(access.keys),
      .certificate = facts_of(access.certificate, config.server.certificate)};
  if (config.remote.listen.empty()) return access;
  auto tokens = read_keys(config.remote.tokens);
  access.workers.tls = open_certificate(config.remote);
  access.exposure.tokens = count_of(tokens);
  access.exposure.workers_certificate = facts_of(access.workers.tls, config.remote.certificate);
  if (tokens) access.workers.tokens = std::move(*tokens);
  return access;
}

void log_access(const Access& access) {
  if (access.certificate) {
    runtime::log_info("certificate",
                      {{"file", access.exposure.certificate->file}, {"expires", access.certificate->expires()}});
  }
  if (access.workers.tls) {
    runtime::log_info("workers_certificate",
                      {{"pin", to_string(access.workers.tls->pin())}, {"expires", access.workers.tls->expires()}});
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  for (const auto& remark : identity::remarks_on(access.exposure, now)) {
    runtime::log_warn("access", {{"remark", remark}});
  }
}

}  // namespace antiphon::cli
