#include <fmt/core.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/voice_store.h"
#include "device/device.h"
#include "gateway/server.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"

namespace antiphon::cli {
namespace {

struct Flags {
  Settings settings;
  std::optional<std::string> listen;
  std::optional<std::uint32_t> workers;
  std::optional<std::string> policy;
  std::optional<std::string> admission;
  std::optional<std::string> placement;
  std::optional<std::string> kill;
  std::optional<std::string> voice;
};

/// HOST:PORT, [IPV6]:PORT or HOST over the configured place. Throws config::Error.
void listen_at(std::string_view place, config::Server& server) {
  const auto colon = place.rfind(':');
  const bool bracketed = place.starts_with('[');
  const bool has_port =
      colon != std::string_view::npos && (bracketed ? colon > 0 && place[colon - 1] == ']' : place.find(':') == colon);
  if (has_port) {
    const auto port = place.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
    if (error != std::errc{} || end != port.data() + port.size()) {
      throw config::Error(fmt::format("--listen: '{}' is not a port (0 to 65535)", port));
    }
    place = place.substr(0, colon);
  }
  if (bracketed && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  server.host = place;
}

config::Config effective(const Flags& flags) {
  auto config = flags.settings.load();
  if (flags.listen) listen_at(*flags.listen, config.server);
  if (flags.workers) config.workers.count = *flags.workers;
  if (flags.policy) config.scheduler.policy = scheduler::parse_policy(*flags.policy).value();
  if (flags.admission) config.scheduler.admission = scheduler::parse_admission(*flags.admission).value();
  if (flags.placement) config.scheduler.placement = scheduler::parse_placement(*flags.placement).value();
  if (flags.kill) config.workers.pool.stall.rule = worker_pool::parse_kill_rule(*flags.kill).value();
  if (flags.voice) config.voices.preferred = *flags.voice;
  config::validate(config);
  return config;
}

gateway::ServerOptions server_options(const config::Config& config, const gateway::VoiceDirectory& voices,
                                      const std::filesystem::path& config_file) {
  gateway::ServerOptions options;
  options.http = {.address = config.server.host,
                  .port = config.server.port,
                  .max_connections = config.server.max_connections,
                  .header_timeout = config.server.header_timeout,
                  .body_timeout = config.server.body_timeout,
                  .idle_timeout = config.server.idle_timeout,
                  .write_timeout = config.server.write_timeout,
                  .edge = {.listen_address = config.server.host,
                           .allowed_hosts = config.server.allowed_hosts,
                           .allowed_origins = config.server.allowed_origins}};
  options.cell.scheduling = config.scheduler;
  options.cell.pool = config::pool_options(config, device::usable_cores());
  options.cell.voices_per_worker = config.workers.voices;
  options.cell.backlog = config.workers.backlog;
  if (!config.workers.program.empty()) options.cell.worker.executable = config.workers.program;
  auto& arguments = options.cell.worker.arguments;
  arguments.insert(arguments.end(), {"--voices", std::filesystem::absolute(config.voices.folder).string()});
  if (!config_file.empty()) {
    arguments.insert(arguments.end(), {"--config", std::filesystem::absolute(config_file).string()});
  }
  options.voices.assign(voices.voices().begin(), voices.voices().end());
  options.aliases = voices.aliases();
  options.speech = {.segmentation = config.text,
                    .max_streams = config.server.max_streams,
                    .wait = config.wait.usual,
                    .wait_max = config.wait.longest,
                    .cheaper_voices = config.cheaper_voices};
  options.encoder_threads = config.server.encoder_threads;
  options.keep_cost = keep_cost;
  return options;
}

std::string ready_line(const http::Endpoint& at, const std::string& voice) {
  const auto host = at.address.contains(':') ? fmt::format("[{}]", at.address) : at.address;
  return fmt::format(
      "Antiphon speaks at http://{0}:{1}/ (open it in a browser), or try: curl http://{0}:{1}/v1/audio/speech -H "
      "'Content-Type: application/json' -d '{{\"model\":\"tts-1\",\"voice\":\"{2}\",\"input\":\"Hello.\","
      "\"response_format\":\"wav\"}}' -o hello.wav",
      host, at.port, voice);
}

runtime::Awaitable<> announce(gateway::Server& server, std::string line) {
  if (!co_await server.wait_ready()) co_return;
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

/// The first signal lets what plays finish, the second one ends at once.
runtime::Awaitable<> end_on_signal(gateway::Server& server, runtime::Clock& clock, boost::asio::signal_set& signals,
                                   base::Duration drain, runtime::TaskGroup& others) {
  constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  const auto [error, number] = co_await signals.async_wait(kAwait);
  if (error) co_return;
  runtime::log_info("signal", {{"number", number}});
  signals.async_wait([](const boost::system::error_code& none, int) {
    constexpr int kInterrupted = 130;
    if (!none) ::_exit(kInterrupted);  // the workers die with this process
  });
  others.cancel();
  co_await server.stop(clock.now() + drain);
  signals.cancel();
}

/// SIGHUP reads the store of voices anew. What cannot be read leaves everything as it is.
runtime::Awaitable<> reload_on_signal(gateway::Server& server, const config::Config& config,
                                      boost::asio::signal_set& signals, runtime::ThreadPool& readers) {
  constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  for (;;) {
    const auto [error, number] = co_await signals.async_wait(kAwait);
    if (error) co_return;
    std::string failure;
    try {
      const auto voices =
          co_await runtime::run_on(readers.make_strand(), [&config] { return std::optional(open_voices(config)); });
      if (!voices) continue;
      const auto all = voices->voices();
      const auto reloaded = server.reload({all.begin(), all.end()}, voices->aliases());
      if (!reloaded) failure = reloaded.error().message;
    } catch (const std::exception& fault) {
      failure = fault.what();
    }
    if (!failure.empty()) runtime::log_error("not_reloaded", {{"reason", failure}});
  }
}

int serve(const Flags& flags) {
  const auto config = effective(flags);
  runtime::set_log_level(runtime::parse_log_level(config.log_level).value_or(runtime::LogLevel::kInfo));
  const auto voices = open_voices(config);
  if (voices.voices().empty()) throw std::runtime_error(no_voices(config.voices.folder));

  runtime::ThreadPool readers(1);
  boost::asio::io_context context;
  runtime::SystemClock clock;
  boost::asio::signal_set hangup(context, SIGHUP);
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  std::signal(SIGPIPE, SIG_IGN);
  gateway::Server server(context.get_executor(), clock, server_options(config, voices, flags.settings.file()));
  const auto endpoint = server.start();
  if (!endpoint) throw std::runtime_error(endpoint.error().message);
  runtime::TaskGroup others(context.get_executor());
  runtime::TaskGroup tasks(context.get_executor());
  others.spawn(announce(server, ready_line(*endpoint, voices.voices().front().id)));
  others.spawn(reload_on_signal(server, config, hangup, readers));
  tasks.spawn(end_on_signal(server, clock, signals, config.server.drain, others));
  context.run();
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("serve", "Speak to many listeners over HTTP");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  command->add_option("--listen", flags->listen, "ADDRESS:PORT, numeric (127.0.0.1:8080); port 0 picks a free one");
  command->add_option("--workers", flags->workers, "Worker processes (as many as are needed, up to one for each core)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--policy", flags->policy, "Order of the work (ours); the others are baselines")
      ->check(CLI::IsMember({"fifo", "rr", "plan", "edf", "ours"}));
  command->add_option("--admission", flags->admission, "Whether newcomers must fit beside what is promised (on)")
      ->check(CLI::IsMember({"on", "off"}));
  command->add_option("--placement", flags->placement, "Which free worker gets a job (affinity)")
      ->check(CLI::IsMember({"affinity", "least_loaded", "round_robin"}));
  command->add_option("--kill", flags->kill, "Which late workers are killed (progress); wall: all")
      ->check(CLI::IsMember({"progress", "wall"}));
  command->add_option("--voice", flags->voice, "The default voice (the first by name)");
  command->callback([flags, &chosen] { chosen = [flags] { return serve(*flags); }; });
}

}  // namespace antiphon::cli
