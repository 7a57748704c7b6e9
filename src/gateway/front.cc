#include "gateway/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/answer.h"
#include "gateway/assets.h"
#include "gateway/catalogue_answer.h"
#include "gateway/elevenlabs_door.h"
#include "gateway/identity.h"
#include "gateway/openai_door.h"
#include "gateway/worker_report.h"
#include "protocol/elevenlabs/query.h"
#include "protocol/elevenlabs/route.h"

namespace antiphon::gateway {
namespace {

namespace elevenlabs = protocol::elevenlabs;

constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
constexpr std::string_view kPost = "POST, OPTIONS";

const Asset* find_asset(std::string_view path) {
  const auto it = std::ranges::find(assets(), path, &Asset::path);
  return it == assets().end() ? nullptr : &*it;
}

http::Response asset_answer(const Asset& asset) {
  return {
      .status = 200,
      .headers = {{"Content-Type", std::string(asset.content_type)},
                  {"Cache-Control", "no-cache"},
                  {"X-Content-Type-Options", "nosniff"},
                  {"Content-Security-Policy", "default-src 'self'; media-src 'self' blob:; frame-ancestors 'none'"}},
      .body = std::string(asset.body)};
}

/// In the shape of the door that the path belongs to.
http::Response door_error(const http::Request& request, const Error& error) {
  return is_elevenlabs(request) ? elevenlabs_error_answer(error, {}) : error_answer(error, {});
}

http::Response not_found(const http::Request& request) {
  return door_error(
      request, {.code = Errc::kNotFound,
                .message = fmt::format("There is nothing at '{}'.", std::string_view(request.path).substr(0, 128))});
}

http::Response wrong_method(const http::Request& request, std::string_view methods) {
  auto response =
      door_error(request, {.code = Errc::kMethodNotAllowed, .message = fmt::format("This path takes {}.", methods)});
  response.headers.set("Allow", std::string(methods));
  return response;
}

bool is_socket(const elevenlabs::Route& route) {
  return route.endpoint == elevenlabs::Endpoint::kStreamInput ||
         route.endpoint == elevenlabs::Endpoint::kMultiStreamInput;
}

}  // namespace

Front::Front(Cell& cell, const VoiceDirectory& voices, SpeechHandler& speech, const identity::Identifier& callers,
             runtime::Clock& clock, metrics::Registry& registry, Probe& probe, AccessLog& access,
             ElevenLabsSocketOptions sockets, base::Duration unhealthy_after)
    : cell_(cell),
      voices_(voices),
      speech_(speech),
      callers_(callers),
      clock_(clock),
      registry_(registry),
      probe_(probe),
      access_(access),
      sockets_(sockets),
      unhealthy_after_(unhealthy_after),
      fleet_probe_(std::make_unique<FleetProbe>(registry)),
      process_metrics_(registry) {}

runtime::Awaitable<> Front::handle(const http::Request& request, http::Responder& responder) {
  const auto request_id = request_id_of(&request);
  const auto speech = elevenlabs::parse_route(request.path);
  const auto* const asset = find_asset(request.path);
  const auto route = find_route(request.path);
  const auto caller = caller_of(callers_, request, elevenlabs::api_key_in(request.query));
  auto& note = access_.note_of(request);
  note.request_id = request_id;
  if (caller) note.key = caller->key;
  const bool may_tell_later = speech && is_socket(*speech) && !caller && caller.error() == identity::Errc::kNoKey;
  http::Response response;
  if (!speech && asset == nullptr && !route) {
    response = not_found(request);
  } else {
    const auto methods = speech ? (is_socket(*speech) ? kRead : kPost) : (asset != nullptr ? kRead : route->methods);
    if (request.method == "OPTIONS") {
      response = {.status = 204, .headers = {{"Allow", std::string(methods)}}, .body = {}};
    } else if (!allows(methods, request.method)) {
      response = wrong_method(request, methods);
    } else if (!caller && is_for_callers(request.path) && !may_tell_later) {
      response = unauthorised(caller.error(), request);
    } else if (route && route->endpoint == Endpoint::kWorkers && !caller->is_admin) {
      response = error_answer({.code = Errc::kForbidden,
                               .message = "This is for keys made with 'antiphon keys add NAME --admin'; without keys, "
                                          "for the server's own machine.",
                               .param = {}},
                              {});
    } else if (speech && is_socket(*speech)) {
      const ElevenLabsSocketDoor door{.speech = speech_,
                                      .doors = probe_.doors(),
                                      .callers = callers_,
                                      .clock = clock_,
                                      .options = sockets_,
                                      .note = note,
                                      .open = open_sockets_};
      co_return co_await serve_elevenlabs_socket(door, *speech, request, request_id, responder);
    } else if (speech) {
      co_return co_await speak_elevenlabs(speech_, *speech, request, *caller, request_id, responder, note);
    } else if (route && route->endpoint == Endpoint::kSpeech) {
      co_return co_await speak_openai(speech_, request, *caller, request_id, responder, note);
    } else {
      response = asset != nullptr ? asset_answer(*asset) : answer(*route, request);
    }
  }
  response.headers.set("x-request-id", request_id);
  co_await responder.respond(std::move(response));
}

http::Response Front::answer(const Route& route, const http::Request& request) const {
  switch (route.endpoint) {
    case Endpoint::kModels:
      return models_answer(voices_, request, speech_.rules().elevenlabs.max_characters);
    case Endpoint::kModel:
      return model_answer(route.parameter, request);
    case Endpoint::kSpeechModels:
      return speech_models_answer();
    case Endpoint::kSpeechVoices:
      return speech_voices_answer(voices_);
    case Endpoint::kVoices:
      return voices_answer(voices_);
    case Endpoint::kVoice:
      return voice_answer(voices_, route.parameter);
    case Endpoint::kRoot:
      return root_answer();
    case Endpoint::kHealth:
      return health();
    case Endpoint::kReadiness:
      return readiness();
    case Endpoint::kMetrics:
      return metrics();
    case Endpoint::kWorkers:
      return json_answer(200, worker_report(cell_.fleet()), {});
    case Endpoint::kSpeech:
      break;
  }
  return not_found(request);
}

void Front::keys_changed() {
  // A request that needed no key when it came is one utterance, which is spoken to its end.
  speech_.revoke([this](const identity::Caller& caller) {
    return caller.key_sha256.empty() || callers_.renewed(caller).has_value();
  });
  for (auto* const socket : open_sockets_) socket->renew_caller(callers_);
}

void Front::drain() {
  draining_ = true;
  speech_.drain();
}

http::Response Front::health() const {
  const auto age = cell_.oldest_job_age();
  const bool well = age < unhealthy_after_;
  return json_answer(
      well ? 200 : 503,
      fmt::format(R"({{"status":"{}","streams":{},"workers":{},"oldest_job_age_seconds":{:.3f}}})",
                  well ? "ok" : "stalled", cell_.streams(), cell_.ready_workers(), base::to_seconds(age)),
      {});
}

http::Response Front::readiness() const {
  const bool ready = !draining_ && cell_.ready_workers() > 0;
  const bool given_up = cell_.fleet().pool().condition() == worker_pool::Condition::kGivenUp;
  std::string_view status = given_up ? "given_up" : "starting";
  if (draining_) status = "draining";
  return json_answer(ready ? 200 : 503, fmt::format(R"({{"status":"{}"}})", ready ? "ready" : status), {});
}

http::Response Front::metrics() const {
  fleet_probe_->observe(cell_.fleet());
  process_metrics_.observe();
  probe_.observe(cell_.scheduler(), cell_.desk());
  if (const auto& fleet = cell_.fleet(); fleet.gpu() != nullptr) {
    Probe::DeviceMemory memory{.total = fleet.device_memory().total, .used = fleet.device_memory().used};
    for (const auto& worker : fleet.status()) memory.workers += worker.device_bytes;
    probe_.observe(memory);
  }
  return {.status = 200,
          .headers = {{"Content-Type", std::string(metrics::Registry::kContentType)}, {"Cache-Control", "no-store"}},
          .body = registry_.text()};
}

http::Response Front::edge_error(const http::EdgeError& error, const http::Request* request) {
  auto response = error_answer(error, request_id_of(request));
  if (error.code == Errc::kUnsupportedCoding) response.headers.set("Accept-Encoding", "identity");
  return response;
}

}  // namespace antiphon::gateway
