#include "cli/doctor_checks.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <exception>

#include "cli/access.h"
#include "cli/address.h"
#include "cli/engines.h"
#include "cli/voice_store.h"
#include "device/device.h"
#include "device/gpu.h"
#include "identity/exposure.h"
#include "net/authority.h"
#include "process/usage.h"

namespace antiphon::cli {
namespace {

constexpr double kMib = 1024.0 * 1024.0;

Finding ok(std::string_view check, std::string message) {
  return {.check = std::string(check), .severity = Severity::kOk, .message = std::move(message), .advice = {}};
}

Finding found(std::string_view check, Severity severity, std::string message, std::string advice = {}) {
  return {
      .check = std::string(check), .severity = severity, .message = std::move(message), .advice = std::move(advice)};
}

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace

std::vector<Finding> check_store(const config::Config& config, voice::Catalogue& voices) {
  const auto& folder = config.voices.folder;
  auto read = voice::read_catalogue(folder);
  if (!read) return {found("voices", Severity::kFailure, read.error().message)};
  voices = std::move(*read);
  std::vector<Finding> findings;
  for (const auto& fault : voices.faults) {
    findings.push_back(
        found("voices", Severity::kWarning, "not a voice: " + fault.message, "add it again, or remove it"));
  }
  if (voices.voices.empty()) {
    findings.push_back(found("voices", Severity::kFailure, no_voices(folder)));
    return findings;
  }
  const auto& preferred = config.voices.preferred;
  const auto known = std::ranges::find(voices.voices, preferred, &voice::CatalogueEntry::id);
  if (!preferred.empty() && known == voices.voices.end()) {
    findings.push_back(found("voices", Severity::kFailure,
                             fmt::format("voices.default: there is no voice '{}' in {}", preferred, folder.string()),
                             "'antiphon voices list' shows those that are there"));
  } else {
    findings.push_back(
        ok("voices", fmt::format("{} in {}; {} speaks where none is named", voices.voices.size(), folder.string(),
                                 preferred.empty() ? voices.voices.front().id : preferred)));
  }
  if (::access(folder.c_str(), W_OK) != 0) {
    findings.push_back(found("permissions", Severity::kNote,
                             folder.string() + " cannot be written, so each start learns anew what voices cost"));
  }
  return findings;
}

Finding check_port(std::string_view check, const std::string& address, std::uint16_t port) {
  using boost::asio::ip::tcp;
  boost::system::error_code error;
  const auto where = boost::asio::ip::make_address(address, error);
  if (error) return found(check, Severity::kFailure, "'" + address + "' is no address");
  const tcp::endpoint endpoint(where, port);
  const auto name = net::to_authority(address, port);
  boost::asio::io_context context;
  tcp::acceptor acceptor(context);
  static_cast<void>(acceptor.open(endpoint.protocol(), error));
  if (!error) static_cast<void>(acceptor.set_option(tcp::acceptor::reuse_address(true), error));
  if (!error) static_cast<void>(acceptor.bind(endpoint, error));
  if (!error) static_cast<void>(acceptor.listen(1, error));
  if (!error) return ok(check, port == 0 ? "a free one is picked" : name + " is free");
  const auto advice = error == boost::asio::error::address_in_use
                          ? "another program listens there, perhaps a server that runs already"
                          : "choose another one with --listen";
  return found(check, Severity::kFailure, name + ": " + error.message(), advice);
}

Finding check_wyoming(const config::Config& config) {
  auto address = config.server.host;
  std::uint16_t port = 0;
  try {
    listen_at("wyoming.listen", config.wyoming.listen, address, port);
  } catch (const config::Error& error) {
    return found("wyoming port", Severity::kFailure, error.what());
  }
  return check_port("wyoming port", address, port);
}

Finding check_processors(const config::Config& config) {
  const auto cores = device::usable_cores();
  const auto quota = device::cpu_quota();
  auto message = fmt::format("{} core{} can be used", cores, cores == 1 ? "" : "s");
  if (quota) message += fmt::format(", a control group allows {:.2f}", *quota);
  const auto most = config::pool_options(config, cores).most;
  if (most > cores && device_of(config.engine).kind == device::Kind::kCpu) {
    return found("processors", Severity::kWarning, fmt::format("{}, and {} workers are configured", message, most),
                 "workers that share a core are late; leave workers.count to the server");
  }
  if (quota && *quota < 1) {
    return found("processors", Severity::kWarning, message,
                 "less than a core pauses in mid-speech: the quota is used up before its period ends");
  }
  return ok("processors", message);
}

Finding check_files(const config::Config& config, std::uint32_t workers) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return found("open files", Severity::kNote, "the limit is not known");
  constexpr std::uint64_t kOthers = 64;
  constexpr std::uint64_t kOfWorker = 4;
  auto needed = kOthers + config.server.max_connections + kOfWorker * workers;
  if (!config.wyoming.listen.empty()) needed += config.wyoming.max_connections;
  const auto message = limit.rlim_cur == RLIM_INFINITY
                           ? std::string("no limit")
                           : fmt::format("{} are allowed, {} can be needed", limit.rlim_cur, needed);
  if (limit.rlim_cur >= needed) return ok("open files", message);
  return found("open files", Severity::kWarning, message,
               "raise it (ulimit -n, or LimitNOFILE of the unit), or lower server.max_connections");
}

Finding check_memory(const config::Config& config, std::uint32_t workers, std::uint64_t voice_bytes) {
  const auto memory = process::machine_memory();
  if (!memory) return found("memory", Severity::kNote, "the system does not say how much there is");
  constexpr std::uint64_t kWorker = 48U << 20U;  // a process without a voice
  const auto processes = std::uint64_t{workers} + (config.workers.spares > 0 ? 1 : 0);
  const auto needed = processes * (kWorker + voice_bytes);
  const auto free = memory->total > memory->used ? memory->total - memory->used : 0;
  const auto message =
      fmt::format("{:.0f} MiB of {:.0f} are free, workers take about {:.0f}", static_cast<double>(free) / kMib,
                  static_cast<double>(memory->total) / kMib, static_cast<double>(needed) / kMib);
  if (needed < free) return ok("memory", message);
  return found("memory", Severity::kWarning, message, "fewer workers will be started than there are cores");
}

std::vector<Finding> check_access(const config::Config& config) {
  try {
    const auto access = read_access(config);
    if (const auto sound = identity::check_start(access.exposure, now()); !sound) {
      return {found("access", Severity::kFailure, sound.error())};
    }
    std::vector<Finding> findings;
    for (auto& remark : identity::remarks_on(access.exposure, now())) {
      findings.push_back(found("access", Severity::kWarning, std::move(remark)));
    }
    if (findings.empty()) {
      const auto keys = access.exposure.keys ? fmt::format("{} keys", *access.exposure.keys) : std::string("no keys");
      findings.push_back(ok("access", keys + (access.certificate ? ", HTTPS" : ", plain HTTP")));
    }
    return findings;
  } catch (const std::exception& error) {
    return {found("access", Severity::kFailure, error.what())};
  }
}

Finding check_time() {
  constexpr std::chrono::sys_days kBuilt = std::chrono::year{2025} / 1 / 1;
  if (now() < kBuilt) {
    return found("time", Severity::kWarning, "the clock is years behind", "certificates and logs need the right time");
  }
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR) {
    return found("time", Severity::kNote, "no service is known to keep the clock");
  }
  return ok("time", "the clock is kept by a service");
}

Finding check_device(const config::Config& config) {
  try {
    cli::check_device(config.engine);
    const auto device = device_of(config.engine);
    if (device.kind == device::Kind::kCuda) {
      const auto gpu = device::Gpu::open(device.index);
      if (!gpu) return found("device", Severity::kFailure, config.engine.device + ": " + gpu.error());
      const auto memory = gpu->memory();
      return ok("device", memory ? fmt::format("{}: {}, {:.0f} MiB free", config.engine.device, gpu->name(),
                                               static_cast<double>(memory->total - memory->used) / kMib)
                                 : fmt::format("{}: {}", config.engine.device, gpu->name()));
    }
    if (const auto gpu = device::Gpu::open(0)) {
      return found("device", Severity::kNote, "workers compute on the processor; there is a " + gpu->name() + ", too",
                   "--device cuda:0 uses it for Piper's voices (docs/devices.md)");
    }
    return ok("device", "the processor");
  } catch (const std::exception& error) {
    return found("device", Severity::kFailure, error.what());
  }
}

}  // namespace antiphon::cli
