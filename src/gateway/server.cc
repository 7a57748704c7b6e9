#include "gateway/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "dispatch/probe.h"
#include "gateway/access_route.h"
#include "gateway/agent_check.h"
#include "gateway/front.h"
#include "metrics/registry.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "runtime/thread_pool.h"

namespace antiphon::gateway {
namespace {

fleet::Voice to_cell(const delivery::ServedVoice& voice) {
  return {.id = voice.key, .folder = voice.folder, .rate = voice.rate, .cost = voice.cost, .identity = voice.identity};
}

http::ServerOptions watched(http::ServerOptions options, api::AccessLog& access) {
  // Probes and scrapers call a server by whatever name its network has for it.
  options.edge.open_paths = {"/healthz", "/readyz", "/metrics"};
  options.observer = [&access](const http::Answer& answer) { access.answered(answer); };
  return options;
}

void tell(const BuildInfo& build, metrics::Registry& registry) {
  registry
      .gauge("antiphon_build_info", "1: what was built.",
             {{"version", build.version}, {"commit", build.commit}, {"compiler", build.compiler}})
      .set(1);
}

delivery::SpeechHandlerOptions of_build(delivery::SpeechHandlerOptions options, const BuildInfo& build,
                                        cache::AudioCache* cache) {
  options.cache = cache;
  options.build = fmt::format("{} {} {}", build.version, build.commit, build.compiler);
  return options;
}

dispatch::CellOptions with_voices(dispatch::CellOptions options, const std::vector<delivery::ServedVoice>& voices,
                                  tracing::Tracer* tracer) {
  options.tracer = tracer;
  options.voices.clear();
  for (const auto& voice : voices) options.voices.push_back(to_cell(voice));
  return options;
}

LiveViewOptions with_census(LiveViewOptions options, const progress::Census* census) {
  options.census = census;
  return options;
}

/// Each voice by the key that it has had, where it is the same.
std::vector<delivery::ServedVoice> with_keys(std::vector<delivery::ServedVoice> voices,
                                             std::span<const delivery::ServedVoice> before, std::uint64_t generation) {
  for (auto& voice : voices) {
    const auto old = std::ranges::find(before, voice.id, &delivery::ServedVoice::id);
    voice.key = voice.id;
    if (old == before.end()) {
      if (generation > 0) voice.key = fmt::format("{}@{}", voice.id, generation);
    } else if (old->version == voice.version && old->folder == voice.folder && old->rate == voice.rate) {
      voice.key = old->key;
    } else {
      voice.key = fmt::format("{}@{}", voice.id, generation);
    }
  }
  return voices;
}

}  // namespace

class Server::Impl {
 public:
  Impl(const runtime::Executor& executor, runtime::Clock& clock, ServerOptions options)
      : clock_(clock),
        probe_(registry_),
        voices_(with_keys(options.voices, {}, 0), std::move(options.aliases)),
        encoders_(options.encoder_threads),
        keep_cost_(std::move(options.keep_cost)),
        cell_(executor, clock, probe_,
              with_voices(std::move(options.cell), {voices_.voices().begin(), voices_.voices().end()},
                          open_tracer(executor, options.tracing))),
        census_(options.speech.census),
        speech_(cell_, voices_, encoders_, clock, probe_,
                of_build(std::move(options.speech), options.build, open_cache(executor, options.cache))),
        callers_(std::move(options.keys), std::move(options.trusted_proxies)),
        access_(executor, clock, registry_, callers_, kRouteNames, options.access),
        memory_(clock, options.progress),
        front_(cell_, voices_, speech_, open_book(options), callers_, clock, registry_, probe_, access_,
               options.sockets, options.unhealthy_after, with_census(options.live, census_)),
        http_(
            executor, clock, watched(std::move(options.http), access_),
            [this](const http::Request& request, http::Responder& responder) {
              observe_doors();
              return front_.handle(request, responder);
            },
            &Front::edge_error),
        tasks_(executor) {
    tell(options.build, registry_);
    if (options.tls) http_.use_tls(*std::move(options.tls));
    if (options.remote) remote_.emplace(executor, clock, cell_.fleet(), std::move(*options.remote));
    if (options.agent) agent_.emplace(executor, clock, std::move(*options.agent), [this] { return room(); });
    if (options.wyoming) wyoming_.emplace(executor, clock, std::move(*options.wyoming), speech_, access_);
  }

  protocol::Result<http::Endpoint> start() {
    // Nothing runs yet that would have to be stopped if one of the addresses is taken.
    if (wyoming_) {
      if (auto listening = wyoming_->listen(); !listening) return std::unexpected(std::move(listening.error()));
    }
    if (agent_) {
      if (auto listening = agent_->listen(); !listening) return std::unexpected(std::move(listening.error()));
    }
    if (remote_) {
      const auto port = remote_->listen();
      if (!port) return std::unexpected(protocol::Error{protocol::Errc::kCannotListen, port.error()});
      runtime::log_info("workers_may_join", {{"port", *port}});
    }
    auto endpoint = http_.start();
    if (!endpoint) return std::unexpected(protocol::Error{protocol::Errc::kCannotListen, endpoint.error()});
    runtime::log_info("listening", {{"address", endpoint->address}, {"port", endpoint->port}});
    if (wyoming_) wyoming_->start();
    if (agent_) agent_->start();
    if (census_ != nullptr) tasks_.spawn(tell_census());
    if (book_) tasks_.spawn(book_->watch());
    cell_.start();
    if (tracer_) tracer_->start();
    if (cache_) tasks_.spawn(cache_->run());
    if (remote_) remote_->start();
    if (keep_cost_) tasks_.spawn(keep_costs());
    return *endpoint;
  }

  void set_certificate(tls::ServerContext context) { http_.use_tls(std::move(context)); }
  void set_dictionaries(text::pronunciation::DictionarySet dictionaries) {
    speech_.set_dictionaries(std::move(dictionaries));
    if (book_) book_->set_gateway(speech_.gateway_identity());
  }
  void set_keys(identity::KeyRing keys) {
    callers_.set_keys(std::move(keys));
    front_.keys_changed();
  }

  void reload(std::vector<delivery::ServedVoice> voices, std::map<std::string, std::string, std::less<>> aliases) {
    voices = with_keys(std::move(voices), voices_.voices(), ++generation_);
    std::vector<fleet::Voice> known;
    for (const auto& voice : voices) known.push_back(to_cell(voice));
    voices_ = delivery::VoiceDirectory(std::move(voices), std::move(aliases));
    cell_.reload(known);
    runtime::log_info("reloaded", {{"voices", known.size()}});
  }

  [[nodiscard]] runtime::Awaitable<bool> wait_ready() { return cell_.wait_ready(); }

  [[nodiscard]] runtime::Awaitable<> stop(base::TimePoint deadline) {
    runtime::log_info("draining", {{"streams", cell_.streams()}});
    front_.drain();
    phase_ = CellRoom::Phase::kDraining;
    co_await runtime::run_until(clock_, deadline, cell_.wait_idle());
    if (wyoming_) co_await wyoming_->drain(deadline);
    co_await http_.drain(deadline);
    if (agent_) co_await agent_->stop();
    tasks_.cancel();
    co_await tasks_.join();
    if (keep_cost_) co_await keep_costs_now();
    co_await cell_.stop();
    if (tracer_) co_await tracer_->stop(clock_.now() + kLastSpans);
    if (remote_) co_await remote_->close();
  }

  void set_credentials(fleet::RemoteCredentials credentials) {
    if (remote_) remote_->set_credentials(std::move(credentials));
  }

 private:
  [[nodiscard]] CellRoom room() const {
    return {.phase = phase_,
            .ready_workers = cell_.ready_workers(),
            .waiting = cell_.waiting() + cell_.desk().reservations(),
            .load = cell_.scheduler().load()};
  }

  [[nodiscard]] progress::CellFigures figures() const {
    constexpr double kWhole = 100;
    using Phase = progress::CellFigures::Phase;
    return {.phase = phase_ == CellRoom::Phase::kDraining ? Phase::kDraining : Phase::kServing,
            .workers = static_cast<std::uint32_t>(cell_.ready_workers()),
            .streams = static_cast<std::uint32_t>(cell_.streams()),
            .waiting = static_cast<std::uint32_t>(cell_.waiting()),
            .spare_percent = static_cast<std::uint32_t>(spare_of(room()) * kWhole)};
  }

  [[nodiscard]] runtime::Awaitable<> tell_census() {
    do census_->tell(figures(), cell_.told_accounts());
    while (co_await runtime::sleep_for(clock_, kTellCensus));
  }

  /// Returns null where nothing is kept.
  delivery::StreamBook* open_book(const ServerOptions& options) {
    if (options.progress_store == nullptr && options.progress.max_records == 0) return nullptr;
    auto& store = options.progress_store != nullptr ? *options.progress_store : memory_;
    book_.emplace(store, voices_, cell_, clock_, probe_.progress(), options.book)
        .set_gateway(speech_.gateway_identity());
    return &*book_;
  }

  /// Returns null where nothing is traced.
  tracing::Tracer* open_tracer(const runtime::Executor& executor, std::optional<tracing::TracerOptions>& options) {
    if (!options) return nullptr;
    // A disk that is slow may keep neither the loop nor an encoder.
    auto& writers = options->file == nullptr ? encoders_ : trace_writer_.emplace(1);
    return &tracer_.emplace(executor, clock_, writers, registry_, std::move(*options));
  }

  /// Returns null where no audio is kept.
  cache::AudioCache* open_cache(const runtime::Executor& executor, std::optional<cache::AudioCacheOptions>& options) {
    if (!options) return nullptr;
    return &cache_.emplace(executor, clock_, registry_, cache_disk_.emplace(1), std::move(*options));
  }

  void observe_doors() const {
    probe_.doors().connections(http_.connections(), wyoming_ ? wyoming_->connections() : 0);
    probe_.doors().refused_handshakes(http_.refused_handshakes(), remote_ ? remote_->refused_handshakes() : 0);
  }

  [[nodiscard]] runtime::Awaitable<> keep_costs() {
    while (co_await runtime::sleep_for(clock_, kKeepCosts)) co_await keep_costs_now();
  }

  /// What was learnt since the last time.
  [[nodiscard]] runtime::Awaitable<> keep_costs_now() {
    std::vector<std::pair<delivery::ServedVoice, scheduler::CostModel::Prior>> learnt;
    auto costs = cell_.costs();
    kept_.resize(costs.size());
    for (std::size_t i = 0; i < costs.size(); ++i) {
      if (!cell_.has_spoken(i) || costs[i] == kept_[i]) continue;
      const auto served = std::ranges::find(voices_.voices(), cell_.voice_id(i), &delivery::ServedVoice::key);
      if (served != voices_.voices().end()) learnt.emplace_back(*served, costs[i]);
    }
    kept_ = std::move(costs);
    co_await runtime::run_on(encoders_.make_strand(), [&] {
      for (const auto& [voice, cost] : learnt) keep_cost_(voice, cost);
    });
  }

  static constexpr auto kTellCensus = std::chrono::seconds(1);
  static constexpr auto kKeepCosts = std::chrono::minutes(1);
  static constexpr auto kLastSpans = std::chrono::seconds(2);

  runtime::Clock& clock_;
  metrics::Registry registry_;
  dispatch::Probe probe_;
  delivery::VoiceDirectory voices_;
  std::uint64_t generation_ = 0;  ///< Times that the voices were reloaded.
  runtime::ThreadPool encoders_;
  std::function<void(const delivery::ServedVoice&, const scheduler::CostModel::Prior&)> keep_cost_;
  std::vector<scheduler::CostModel::Prior> kept_;
  std::optional<runtime::ThreadPool> trace_writer_;
  std::optional<tracing::Tracer> tracer_;
  std::optional<runtime::ThreadPool> cache_disk_;
  std::optional<cache::AudioCache> cache_;
  dispatch::Cell cell_;
  progress::Census* census_;
  delivery::SpeechHandler speech_;
  identity::Identifier callers_;
  api::AccessLog access_;
  progress::MemoryStore memory_;
  std::optional<delivery::StreamBook> book_;
  Front front_;
  http::Server http_;
  CellRoom::Phase phase_ = CellRoom::Phase::kServing;
  std::optional<AgentCheck> agent_;
  std::optional<api::wyoming::WyomingServer> wyoming_;
  std::optional<fleet::RemoteDoor> remote_;
  runtime::TaskGroup tasks_;
};

Server::Server(runtime::Executor executor, runtime::Clock& clock, ServerOptions options) {
  if (options.voices.empty()) return;
  impl_ = std::make_unique<Impl>(executor, clock, std::move(options));
}

Server::~Server() = default;

protocol::Result<http::Endpoint> Server::start() {
  if (!impl_) {
    return std::unexpected(protocol::Error{
        protocol::Errc::kNoVoice, "there is no voice to speak with; add one with 'antiphon voices add FILE.onnx'"});
  }
  return impl_->start();
}

void Server::set_certificate(tls::ServerContext context) { impl_->set_certificate(std::move(context)); }
void Server::set_credentials(fleet::RemoteCredentials credentials) { impl_->set_credentials(std::move(credentials)); }

void Server::set_dictionaries(text::pronunciation::DictionarySet dictionaries) {
  impl_->set_dictionaries(std::move(dictionaries));
}
void Server::set_keys(identity::KeyRing keys) { impl_->set_keys(std::move(keys)); }

protocol::Result<void> Server::reload(std::vector<delivery::ServedVoice> voices,
                                      std::map<std::string, std::string, std::less<>> aliases) {
  if (voices.empty() || !impl_)
    return std::unexpected(protocol::Error{protocol::Errc::kNoVoice, "there is no voice to speak with"});
  impl_->reload(std::move(voices), std::move(aliases));
  return {};
}

runtime::Awaitable<bool> Server::wait_ready() { return impl_->wait_ready(); }
runtime::Awaitable<> Server::stop(base::TimePoint deadline) { return impl_->stop(deadline); }

}  // namespace antiphon::gateway
