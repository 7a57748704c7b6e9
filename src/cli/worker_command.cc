#include <fmt/core.h>

#include <memory>

#include "cli/commands.h"
#include "cli/engines.h"
#include "cli/join.h"
#include "cli/settings.h"
#include "device/device.h"
#include "process/child.h"
#include "process/socket.h"
#include "runtime/log.h"
#include "worker/harden.h"
#include "worker/worker.h"

namespace antiphon::cli {
namespace {

struct Flags {
  Settings settings;
  int socket_fd = -1;
  std::filesystem::path connect;
  JoinFlags join;
};

int run(const Flags& flags) {
  const auto config = flags.settings.load();
  start_log(config);
  worker::harden(flags.connect.empty() ? worker::Parent::kGateway : worker::Parent::kUnrelated);
  auto socket = flags.connect.empty() ? process::adopt_socket(flags.socket_fd) : process::connect_unix(flags.connect);
  if (!socket) {
    runtime::complain("no_gateway", socket.error().message);
    return 1;
  }
  auto engines = make_engines(config.engine);
  if (config.workers.sandbox == config::Sandbox::kOn) {
    auto readable = engine_files(config.engine);
    readable.push_back(config.voices.folder);
    const bool cuda = device_of(config.engine).kind == device::Kind::kCuda;
    worker::confine({.readable = std::move(readable), .devices = cuda ? device::cuda_files() : sandbox::Paths{}});
  }
  return worker::run({.socket = std::move(*socket),
                      .engines = std::move(engines),
                      .max_voices = config.workers.voices,
                      .places = batch_of(config.engine)});
}

}  // namespace

void add_worker(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand(
      "worker", "Compute for a gateway, here or on another machine (it starts its own workers by itself)");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  flags->settings.add_log_to(*command);
  flags->settings.add_kernel_to(*command);
  flags->settings.add_device_to(*command);
  auto* const fd = command->add_option("--socket-fd", flags->socket_fd, "Inherited socket to the gateway")
                       ->check(CLI::NonNegativeNumber);
  auto* const connect = command->add_option("--connect", flags->connect, "Unix socket of the gateway");
  auto* const join = add_join(*command, flags->join);
  fd->excludes(connect)->excludes(join);
  connect->excludes(join);
  command->callback([flags, &chosen] {
    const bool joins = !flags->join.gateway.empty();
    if (flags->socket_fd < 0 && flags->connect.empty() && !joins) {
      throw CLI::RequiredError("--join, --socket-fd or --connect");
    }
    chosen = [flags, joins] { return joins ? join_gateway(flags->settings, flags->join) : run(*flags); };
  });
}

}  // namespace antiphon::cli
