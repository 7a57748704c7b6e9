#include "cli/join.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cli/engines.h"
#include "cli/secret_file.h"
#include "cli/voice_store.h"
#include "device/gpu.h"
#include "remote/member.h"
#include "remote/stall_monitor.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "tls/client_context.h"

namespace antiphon::cli {
namespace {

using Members = std::vector<std::unique_ptr<remote::Member>>;

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "worker";
  return name.data();
}

/// Throws config::Error.
tls::ClientContext client_context(const JoinFlags& flags) {
  tls::ClientOptions options{.authorities = flags.authorities, .certificate = flags.certificate, .key = flags.key};
  if (!flags.pin.empty()) {
    const auto pin = tls::parse_pin(flags.pin);
    if (!pin) throw config::Error("--pin: " + pin.error().message);
    options.pin = *pin;
  }
  auto context = tls::ClientContext::load(options);
  if (!context) throw config::Error(context.error().message + " (--ca, --pin)");
  return std::move(*context);
}

/// Throws std::runtime_error where the worker's device has no room for one more: it does not join, and tries again.
void check_room(const config::Config& config) {
  const auto device = device_of(config.engine);
  if (device.kind != device::Kind::kCuda) return;
  const auto gpu = device::Gpu::open(device.index);
  if (!gpu) throw std::runtime_error(gpu.error());
  const auto memory = gpu->memory();
  if (!memory) throw std::runtime_error(memory.error());
  if (const auto full = device::why_full(*memory, config.workers.pool.memory_share)) throw std::runtime_error(*full);
}

std::vector<remote::StoredVoice> stored_voices(const config::Config& config) {
  std::vector<remote::StoredVoice> voices;
  const auto directory = open_voices(config);
  for (const auto& voice : directory.voices()) voices.push_back({.id = voice.id, .identity = voice.identity});
  return voices;
}

remote::MemberOptions member_options(const config::Config& config, const Settings& settings, const JoinFlags& flags) {
  const auto gateway = remote::parse_gateway_address(flags.gateway);
  if (!gateway) throw config::Error("--join: " + gateway.error());
  const auto voices = std::filesystem::absolute(config.voices.folder);
  remote::WorkerProgram program{.voices = voices};
  if (!config.workers.program.empty()) program.executable = config.workers.program;
  program.arguments.insert(program.arguments.end(), {"--voices", voices.string()});
  if (!settings.file().empty()) {
    program.arguments.insert(program.arguments.end(),
                             {"--config", std::filesystem::absolute(settings.file()).string()});
  }
  program.arguments.insert(program.arguments.end(), {"--device", config.engine.device, "--batch",
                                                     std::to_string(config.engine.batch), "--log", config.log.format});
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {.gateway = *gateway,
          .token = read_secret(flags.token_file),
          .id = flags.id.empty() ? machine_name() : flags.id,
          .incarnation = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()),
          .program = std::move(program),
          .store =
              [config] {
                check_room(config);
                return stored_voices(config);
              },
          .backoff = config.workers.pool.backoff};
}

/// The first signal lets the jobs in work finish, the second one ends at once.
runtime::Awaitable<> leave_on_signal(Members& members, boost::asio::signal_set& signals, runtime::Clock& clock,
                                     base::Duration drain, runtime::TaskGroup& tasks) {
  const auto [error, number] = co_await signals.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (error) co_return;
  runtime::log_info("signal", {{"number", number}});
  for (const auto& member : members) member->leave();
  signals.async_wait([](const boost::system::error_code& none, int) {
    constexpr int kInterrupted = 130;
    if (!none) ::_exit(kInterrupted);  // the worker processes die with this one
  });
  if (co_await runtime::sleep_for(clock, drain)) tasks.cancel();
}

runtime::Awaitable<> stay(remote::Member& member, Members& all, int& status) {
  if (!co_await member.run()) co_return;
  status = 1;
  for (const auto& other : all) other->leave();
}

runtime::Awaitable<> join_all(Members& members, runtime::TaskGroup& tasks, runtime::TaskGroup& watch,
                              boost::asio::signal_set& signals, int& status) {
  for (const auto& member : members) tasks.spawn(stay(*member, members, status));
  co_await tasks.join();
  signals.cancel();
  watch.cancel();
}

}  // namespace

CLI::Option* add_join(CLI::App& command, JoinFlags& flags) {
  auto* const join = command.add_option("--join", flags.gateway,
                                        "A gateway on another machine, tls://HOST:PORT; it stays there until SIGTERM");
  const auto with_join = [&](CLI::Option* option) { return option->needs(join); };
  auto* const token = with_join(command.add_option(
      "--token-file", flags.token_file, "Its first line is what 'antiphon keys add NAME --workers' printed"));
  join->needs(token);
  with_join(command.add_option("--ca", flags.authorities, "PEM: who may have signed the gateway's certificate"));
  with_join(command.add_option("--pin", flags.pin,
                               "sha256:DIGEST of the gateway's public key; it logs its own at its start"));
  auto* const certificate =
      with_join(command.add_option("--certificate", flags.certificate, "PEM: what to show where the gateway asks"));
  auto* const key = with_join(command.add_option("--key", flags.key, "PEM: the certificate's private key"));
  certificate->needs(key);
  key->needs(certificate);
  with_join(command.add_option("--id", flags.id, "Its name at the gateway (the machine's)"));
  with_join(command.add_option("--slots", flags.slots, "Worker processes, each on one core (1)"))
      ->check(CLI::Range(1, 256));
  return join;
}

int join_gateway(const Settings& settings, const JoinFlags& flags) {
  const auto config = settings.load();
  start_log(config);
  const auto options = member_options(config, settings, flags);
  std::optional<tls::ClientContext> tls;
  if (options.gateway.encrypted) tls.emplace(client_context(flags));
  std::signal(SIGPIPE, SIG_IGN);
  boost::asio::io_context context;
  runtime::SystemClock clock;
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  remote::StallMonitor workers(context.get_executor(), clock, config.workers.pool.stall);
  Members members;
  for (std::uint32_t i = 1; i <= flags.slots; ++i) {
    auto one = options;
    one.id += fmt::format("/{}", i);
    members.push_back(
        std::make_unique<remote::Member>(context.get_executor(), clock, tls ? &*tls : nullptr, workers, one));
  }
  int status = 0;
  runtime::TaskGroup tasks(context.get_executor());
  runtime::TaskGroup watch(context.get_executor());
  runtime::TaskGroup all(context.get_executor());
  watch.spawn(workers.run());
  watch.spawn(leave_on_signal(members, signals, clock, config.server.drain, tasks));
  all.spawn(join_all(members, tasks, watch, signals, status));
  context.run();
  return status;
}

}  // namespace antiphon::cli
