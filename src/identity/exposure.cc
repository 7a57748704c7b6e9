#include "identity/exposure.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "net/ip_address.h"

namespace antiphon::identity {
namespace {

using Verdict = base::Result<void, std::string>;

std::unexpected<std::string> no(std::string why) { return std::unexpected(std::move(why)); }

bool can_be_reached(std::string_view host) {
  if (host == "localhost") return false;
  const auto address = net::parse_address(host);
  return !address || !net::is_loopback(*address);
}

/// What is wrong with the dates of a certificate; "" = nothing.
std::string fault_of(const CertificateFacts& certificate, std::chrono::sys_seconds now) {
  if (now >= certificate.ends) return fmt::format("{} expired on {:%F %T} UTC", certificate.file, certificate.ends);
  if (now < certificate.begins) {
    return fmt::format("{} is not valid before {:%F %T} UTC", certificate.file, certificate.begins);
  }
  return {};
}

Verdict check_hosts(const std::vector<std::string>& hosts) {
  for (const auto& host : hosts) {
    if (host.empty() || host.find_first_of(" \t/@") != std::string::npos) {
      return no(fmt::format("server.allowed_hosts: '{}' is not a host name", host));
    }
  }
  return {};
}

Verdict check_clients(const Exposure& wanted) {
  if (wanted.anonymous == Anonymous::kAllowed) return {};
  if (!wanted.wyoming.empty() && can_be_reached(wanted.wyoming)) {
    return no(
        "wyoming.listen can be reached by other machines, and that protocol has no keys; let everybody in with "
        "--allow-anonymous");
  }
  if (can_be_reached(wanted.http) && !wanted.keys) {
    return no(
        fmt::format("{} can be reached by other machines, and there are no API keys: make one with 'antiphon keys add "
                    "NAME', or let everybody in with --allow-anonymous",
                    wanted.http));
  }
  return {};
}

Verdict check_workers(const Exposure& wanted) {
  if (wanted.workers.empty()) return {};
  if (!wanted.workers_certificate && can_be_reached(wanted.workers)) {
    return no("remote.listen can be reached by other machines: it needs remote.certificate and remote.key");
  }
  if (!wanted.tokens) {
    return no("remote.listen: no worker could join; make a token with 'antiphon keys add NAME --workers'");
  }
  return {};
}

/// What holds at every time.
Verdict check(const Exposure& wanted) {
  if (auto hosts = check_hosts(wanted.allowed_hosts); !hosts) return hosts;
  if (auto clients = check_clients(wanted); !clients) return clients;
  return check_workers(wanted);
}

/// A certificate that is no longer valid but in use is none that a reload would bring.
Verdict check_renewal(const std::optional<CertificateFacts>& wanted, const std::optional<CertificateFacts>& before,
                      std::string_view door, std::chrono::sys_seconds now) {
  if (wanted.has_value() != before.has_value()) {
    return no(fmt::format("{} cannot begin or cease to be encrypted while the server runs", door));
  }
  if (!wanted || wanted->fingerprint == before->fingerprint) return {};
  if (auto fault = fault_of(*wanted, now); !fault.empty()) return no(std::move(fault));
  return {};
}

}  // namespace

Verdict check_start(const Exposure& wanted, std::chrono::sys_seconds now) {
  if (auto sound = check(wanted); !sound) return sound;
  // Workers may know the server by its key alone, to which dates do not matter: that is only remarked on.
  if (wanted.certificate) {
    if (auto fault = fault_of(*wanted.certificate, now); !fault.empty()) return no(std::move(fault));
  }
  return {};
}

Verdict check_reload(const Exposure& wanted, const Exposure& before, std::chrono::sys_seconds now) {
  if (wanted.http != before.http || wanted.wyoming != before.wyoming || wanted.workers != before.workers) {
    return no("addresses cannot change while the server runs");
  }
  if (before.keys && !wanted.keys) {
    return no(
        "the file of keys is gone, and without it everybody would be let in; put it back, or start the server anew to "
        "serve without keys");
  }
  if (auto sound = check(wanted); !sound) return sound;
  if (auto http = check_renewal(wanted.certificate, before.certificate, "HTTP", now); !http) return http;
  return check_renewal(wanted.workers_certificate, before.workers_certificate, "remote.listen", now);
}

std::vector<std::string> remarks_on(const Exposure& state, std::chrono::sys_seconds now) {
  std::vector<std::string> remarks;
  if (state.keys == 0U) {
    remarks.emplace_back("the file of keys has none: nobody is let in until 'antiphon keys add NAME' makes one");
  }
  if (!state.workers.empty() && state.tokens == 0U) {
    remarks.emplace_back(
        "the file of workers' tokens has none: no worker can join until 'antiphon keys add NAME --workers' makes one");
  }
  for (const auto* const certificate : {&state.certificate, &state.workers_certificate}) {
    if (!*certificate) continue;
    if (auto fault = fault_of(**certificate, now); !fault.empty()) remarks.push_back(std::move(fault));
  }
  return remarks;
}

}  // namespace antiphon::identity
