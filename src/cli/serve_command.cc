#include <fmt/core.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "cli/access.h"
#include "cli/address.h"
#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/engines.h"
#include "cli/first_voice.h"
#include "cli/reload.h"
#include "cli/remote_settings.h"
#include "cli/serve_settings.h"
#include "cli/shared_progress.h"
#include "cli/voice_folder.h"
#include "cli/voice_store.h"
#include "config/pronunciations.h"
#include "config/variables.h"
#include "device/device.h"
#include "device/gpu.h"
#include "gateway/server.h"
#include "net/authority.h"
#include "net/ip_network.h"
#include "process/service_manager.h"
#include "protocol/elevenlabs/client_message.h"
#include "runtime/boot_time.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"
#include "tracing/tracer.h"

namespace antiphon::cli {
namespace {

/// Throws config::Error.
std::vector<net::IpNetwork> networks(const config::Config& config) {
  std::vector<net::IpNetwork> networks;
  for (const auto& text : config.server.trusted_proxies) {
    const auto network = net::IpNetwork::parse(text);
    if (!network) throw config::Error(fmt::format("server.trusted_proxies: '{}' is not an address or network", text));
    networks.push_back(*network);
  }
  return networks;
}

/// Addresses that may have any number of connections: this machine, and proxies that bring many clients.
std::function<bool(const std::string&)> uncounted(std::vector<net::IpNetwork> proxies) {
  return [proxies = std::move(proxies)](const std::string& text) {
    const auto address = net::parse_address(text);
    return address && (net::is_loopback(*address) ||
                       std::ranges::any_of(proxies, [&](const auto& proxy) { return proxy.contains(*address); }));
  };
}

api::wyoming::WyomingOptions wyoming_options(const config::Config& config) {
  api::wyoming::WyomingOptions options;
  listen_at("wyoming.listen", config.wyoming.listen, options.tcp.address, options.tcp.port);
  options.tcp.max_connections = config.wyoming.max_connections;
  options.tcp.max_connections_per_address = config.server.max_connections_per_address;
  options.tcp.uncounted = uncounted(networks(config));
  options.limits = {.event_timeout = config.server.header_timeout,
                    .idle_timeout = config.server.idle_timeout,
                    .write_timeout = config.server.write_timeout};
  options.silence = config.text_silence;
  return options;
}

runtime::TcpServerOptions agent_options(const config::Config& config) {
  constexpr std::size_t kMostConnections = 16;
  runtime::TcpServerOptions options{.max_connections = kMostConnections};
  listen_at("cell.agent_listen", config.cell.agent_listen, options.address, options.port);
  return options;
}

api::AccessLogOptions access_options(const config::Log& log) {
  using Options = api::AccessLogOptions;
  Options options{.lines_per_second = log.answers_per_second};
  if (log.answers == "no_probes") options.lines = Options::Lines::kNoProbes;
  if (log.answers == "none") options.lines = Options::Lines::kNone;
  if (log.client_address) options.client_address = Options::ClientAddress::kShown;
  return options;
}

delivery::DoorRules door_rules(const config::Config& config) {
  namespace openai = protocol::openai;
  namespace elevenlabs = protocol::elevenlabs;
  const bool listed = config.server.known_models_only;
  return {
      .openai = {.max_characters = config.openai.max_characters,
                 .models = listed ? openai::Models::kListed : openai::Models::kAny},
      .openai_wordless = config.openai.refuse_wordless ? delivery::Wordless::kRefused : delivery::Wordless::kSilence,
      .elevenlabs = {.max_characters = config.elevenlabs.max_characters,
                     .models = listed ? elevenlabs::Models::kListed : elevenlabs::Models::kAny},
      .wyoming_characters = config.wyoming.max_characters};
}

/// Returns nullopt where no audio is kept.
std::optional<cache::AudioCacheOptions> cache_options(const config::Cache& cache) {
  if (cache.memory_mib == 0 && cache.folder.empty()) return std::nullopt;
  return cache::AudioCacheOptions{.memory_bytes = std::size_t{cache.memory_mib} << 20U,
                                  .folder = cache.folder,
                                  .disk_bytes = std::size_t{cache.disk_mib} << 20U};
}

delivery::CacheScope cache_scope(std::string_view scope) {
  if (scope == "user") return delivery::CacheScope::kUser;
  return scope == "all" ? delivery::CacheScope::kAll : delivery::CacheScope::kAccount;
}

gateway::ServerOptions server_options(const config::Config& config, const delivery::VoiceDirectory& voices,
                                      const std::filesystem::path& config_file, Access access) {
  gateway::ServerOptions options;
  options.http = {.address = config.server.host,
                  .port = config.server.port,
                  .max_connections = config.server.max_connections,
                  .max_connections_per_address = config.server.max_connections_per_address,
                  .uncounted = uncounted(networks(config)),
                  .handshakes = {.most = config.server.max_handshakes,
                                 .most_per_address = config.server.max_handshakes_per_address},
                  .header_timeout = config.server.header_timeout,
                  .handshake_timeout = config.server.handshake_timeout,
                  .body_timeout = config.server.body_timeout,
                  .idle_timeout = config.server.idle_timeout,
                  .write_timeout = config.server.write_timeout,
                  .edge = edge_rules(config.server)};
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
  arguments.insert(arguments.end(), {"--engine-kernel", config.engine.kernel, "--device", config.engine.device,
                                     "--batch", std::to_string(config.engine.batch), "--log", config.log.format});
  options.cell.remote = {.most = config.remote.most, .kernel = config.engine.kernel};
  options.remote = remote_door(config, std::move(access.workers));
  options.voices.assign(voices.voices().begin(), voices.voices().end());
  options.aliases = voices.aliases();
  options.speech = {.segmentation = config.text,
                    .dictionaries = config::load_pronunciations(config.pronunciations),
                    .max_streams = config.server.max_streams,
                    .wait = config.wait.usual,
                    .wait_max = config.wait.longest,
                    .lag_limit = config.server.lag_limit,
                    .cheaper_voices = config.cheaper_voices,
                    .doors = door_rules(config),
                    .cache_scope = cache_scope(config.cache.scope)};
  const auto longest = std::max(config.openai.max_characters, config.elevenlabs.max_characters);
  options.http.body_bytes = std::max(options.http.body_bytes, protocol::elevenlabs::max_message_bytes(longest));
  options.trusted_proxies = networks(config);
  options.tls = std::move(access.certificate);
  options.keys = std::move(access.keys);
  options.sockets.contexts = config.elevenlabs.contexts;
  options.sockets.closed_contexts = config.elevenlabs.closed_contexts;
  options.sockets.silence = config.text_silence;
  options.sockets.lead = config.elevenlabs.lead;
  if (config.elevenlabs.lead == base::Duration::zero()) options.sockets.lead.reset();
  options.sockets.socket.write_timeout = config.server.write_timeout;
  options.sockets.socket.message_bytes = protocol::elevenlabs::max_message_bytes(config.elevenlabs.max_characters);
  options.progress = {.max_records = config.progress.records,
                      .max_bytes = std::size_t{config.progress.memory_mib} << 20U,
                      .ttl = config.progress.ttl};
  options.cache = cache_options(config.cache);
  if (config.progress.text == "hashed") options.book.text = delivery::KeptText::kHash;
  options.book.lease_clock = runtime::boot_time;
  if (!config.wyoming.listen.empty()) options.wyoming = wyoming_options(config);
  options.live.subscribers = config.server.max_live_subscribers;
  if (!config.cell.agent_listen.empty()) options.agent = agent_options(config);
  options.encoder_threads = config.server.encoder_threads;
  options.access = access_options(config.log);
  options.build = build_info();
  // What a place of a batch, or another device, costs says nothing about a worker of one job on a processor, which the
  // next run may have.
  const bool plain = batch_of(config.engine) == 1 && device_of(config.engine).kind != device::Kind::kCuda;
  if (plain) options.keep_cost = keep_cost;
  return options;
}

/// Returns null where no file is asked for. Throws config::Error.
std::unique_ptr<tracing::TraceFile> open_trace_file(const config::Tracing& tracing) {
  if (tracing.file.empty()) return nullptr;
  auto file =
      antiphon::tracing::TraceFile::create({.path = tracing.file, .most_bytes = std::size_t{tracing.file_mib} << 20U});
  if (!file) throw config::Error("tracing.file: " + file.error());
  return *std::move(file);
}

/// Returns nullopt if nothing is traced. Throws config::Error.
std::optional<tracing::TracerOptions> tracer_options(const config::Config& config, tracing::TraceFile* file) {
  const auto& tracing = config.tracing;
  if (tracing.collector.empty() && file == nullptr) return std::nullopt;
  antiphon::tracing::TracerOptions options{.sampling = tracing.sampling, .file = file};
  if (tracing.collector.empty()) return options;
  auto collector = antiphon::tracing::parse_collector_url(tracing.collector);
  if (!collector) throw config::Error("tracing.collector: " + collector.error());
  options.otlp = antiphon::tracing::OtlpOptions{
      .collector = *std::move(collector),
      .resource = {.service = tracing.service,
                   .version = ANTIPHON_VERSION,
                   .instance = fmt::format("{}:{}", config.server.host, config.server.port)},
      .queue = tracing.queue};
  return options;
}

/// The device that workers compute on, if it is not the processor. Throws config::Error where it cannot be had.
std::optional<device::Gpu> open_gpu(const config::Config& config) {
  const auto device = device_of(config.engine);
  if (device.kind != device::Kind::kCuda) return std::nullopt;
  auto gpu = device::Gpu::open(device.index);
  if (!gpu) throw config::Error(fmt::format("engine.device: {}: {}", config.engine.device, gpu.error()));
  return std::move(*gpu);
}

/// What the files say, where the server may start like that. Throws config::Error.
Access open_access(const config::Config& config) {
  auto access = read_access(config);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (const auto sound = identity::check_start(access.exposure, now); !sound) throw config::Error(sound.error());
  log_access(access);
  return access;
}

std::string ready_line(const http::Endpoint& at, std::string_view scheme, const std::string& voice) {
  return fmt::format(
      "Antiphon speaks at {0}://{1}/ (open it in a browser), or try: curl {0}://{1}/v1/audio/speech -H "
      "'Content-Type: application/json' -d '{{\"model\":\"tts-1\",\"voice\":\"{2}\",\"input\":\"Hello.\","
      "\"response_format\":\"wav\"}}' -o hello.wav",
      scheme, net::to_authority(at.address, at.port), voice);
}

void tell(const process::ServiceManager& manager, std::string_view state) {
  if (const auto told = manager.tell(state); !told) {
    runtime::log_warn("service_manager", {{"state", state}, {"reason", told.error().message}});
  }
}

/// Lets the service manager see that the event loop turns, twice in each of its periods, for as long as the server
/// runs.
runtime::Awaitable<> reassure(const process::ServiceManager& manager, runtime::Clock& clock) {
  const auto period = config::watchdog_period();
  if (!period) co_return;
  while (co_await runtime::sleep_for(clock, *period / 2)) tell(manager, "WATCHDOG=1");
}

runtime::Awaitable<> announce(gateway::Server& server, const process::ServiceManager& manager, std::string line) {
  if (!co_await server.wait_ready()) co_return;
  tell(manager, "READY=1");
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

/// The first signal lets what plays finish, the second one ends at once.
runtime::Awaitable<> end_on_signal(gateway::Server& server, runtime::Clock& clock, boost::asio::signal_set& signals,
                                   base::Duration drain, runtime::TaskGroup& others,
                                   const process::ServiceManager& manager, runtime::TaskGroup& reassuring,
                                   SharedProgress* shared) {
  constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  const auto [error, number] = co_await signals.async_wait(kAwait);
  if (error) co_return;
  runtime::log_info("signal", {{"number", number}});
  signals.async_wait([](const boost::system::error_code& none, int) {
    constexpr int kInterrupted = 130;
    if (!none) ::_exit(kInterrupted);  // the workers die with this process
  });
  tell(manager, "STOPPING=1");
  others.cancel();
  co_await server.stop(clock.now() + drain);
  if (shared != nullptr) co_await shared->stop();
  reassuring.cancel();
  signals.cancel();
}

/// What the next version will read no more.
void tell_outdated(const config::Config& config) {
  for (const auto& sentence : config.outdated) runtime::log_warn("outdated_setting", {{"message", sentence}});
}

/// A variable that was meant to set something and sets nothing.
void tell_unknown_variables() {
  for (const auto& [name, nearest] : config::unknown_variables(config::environment())) {
    runtime::log_warn("unknown_variable", {{"name", name}, {"nearest", nearest}});
  }
}

/// Listeners that take nothing for a while hold buffers of some hundred kilobytes each, which threads of the pool make
/// and the event loop frees. In heaps these leave holes that never go; as maps of their own they are given back.
void keep_memory_flat() {
#ifdef __GLIBC__
  constexpr int kLeastMap = 128 << 10;
  // NOLINTBEGIN(concurrency-mt-unsafe): there is no other thread yet.
  mallopt(M_MMAP_THRESHOLD, kLeastMap);  // fixed, where glibc raises it with each map that is freed
  mallopt(M_ARENA_MAX, 2);
  // NOLINTEND(concurrency-mt-unsafe)
#endif
}

/// Where there is no voice at all, those of voices.models come before the one that the installation brings. Throws
/// std::runtime_error.
delivery::VoiceDirectory open_voices_at_start(const config::Config& config, const std::filesystem::path& config_file) {
  if (!config.voices.models.empty() && open_voices(config).voices().empty()) adopt_voices_now(config, config_file);
  return open_first_voices(config);
}

int serve(const ServeSettings& flags) {
  keep_memory_flat();
  const auto config = flags.effective();
  start_log(config);
  tell_unknown_variables();
  tell_outdated(config);
  const auto voices = open_voices_at_start(config, flags.settings.file());

  const auto gpu = open_gpu(config);

  runtime::ThreadPool readers(1);
  boost::asio::io_context context;
  runtime::SystemClock clock;
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  boost::asio::signal_set hangups(context, SIGHUP);
  boost::asio::signal_set hangups_of_models(context, SIGHUP);
  std::signal(SIGPIPE, SIG_IGN);
  auto access = open_access(config);
  const auto exposure = access.exposure;
  auto options = server_options(config, voices, flags.settings.file(), std::move(access));
  options.cell.gpu = gpu ? &*gpu : nullptr;
  const auto trace_file = open_trace_file(config.tracing);
  options.tracing = tracer_options(config, trace_file.get());
  const auto shared = SharedProgress::open(context.get_executor(), clock, config);
  if (shared) {
    options.progress_store = &shared->store();
    options.speech.census = &shared->census();
  }
  gateway::Server server(context.get_executor(), clock, std::move(options));
  const auto endpoint = server.start();
  if (!endpoint) throw std::runtime_error(endpoint.error().message);
  if (shared) shared->start();
  Reloading reloading{.server = server,
                      .config = config,
                      .config_file = flags.settings.file(),
                      .running = exposure,
                      .readers = readers,
                      .clock = clock};
  const process::ServiceManager manager(config::service_manager_socket());
  runtime::TaskGroup others(context.get_executor());
  runtime::TaskGroup reassuring(context.get_executor());
  runtime::TaskGroup tasks(context.get_executor());
  const auto* const scheme = config.server.certificate.empty() ? "http" : "https";
  others.spawn(announce(server, manager, ready_line(*endpoint, scheme, voices.voices().front().id)));
  others.spawn(reload_on_hangup(reloading, hangups));
  if (!config.voices.models.empty()) others.spawn(adopt_on_hangup(reloading, hangups_of_models));
  tasks.spawn(end_on_signal(server, clock, signals, config.server.drain, others, manager, reassuring, shared.get()));
  reassuring.spawn(reassure(manager, clock));
  context.run();
  return 0;
}

}  // namespace

void add_serve(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("serve", "Speak to many listeners over HTTP");
  const auto flags = std::make_shared<ServeSettings>();
  flags->add_to(*command);
  command->callback([flags, &chosen] { chosen = [flags] { return serve(*flags); }; });
}

}  // namespace antiphon::cli
