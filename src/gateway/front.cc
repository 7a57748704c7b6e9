#include "gateway/front.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "api/answer.h"
#include "api/catalogue_answer.h"
#include "api/elevenlabs/door.h"
#include "api/identity.h"
#include "api/openai/door.h"
#include "api/openai/resume_door.h"
#include "api/stream_list.h"
#include "api/text_answer.h"
#include "api/voice_sample.h"
#include "gateway/asset_answer.h"
#include "gateway/routes.h"
#include "gateway/worker_report.h"
#include "protocol/elevenlabs/query.h"

namespace antiphon::gateway {
namespace {

namespace elevenlabs = protocol::elevenlabs;

/// In the shape of the door that the path belongs to.
http::Response door_error(const http::Request& request, const protocol::Error& error) {
  return api::is_elevenlabs(request) ? api::elevenlabs_error_answer(error, {}) : api::error_answer(error, {});
}

http::Response not_found(const http::Request& request) {
  return door_error(
      request, {.code = protocol::Errc::kNotFound,
                .message = fmt::format("There is nothing at '{}'.", std::string_view(request.path).substr(0, 128))});
}

http::Response wrong_method(const http::Request& request, std::string_view methods) {
  auto response = door_error(
      request, {.code = protocol::Errc::kMethodNotAllowed, .message = fmt::format("This path takes {}.", methods)});
  response.headers.set("Allow", std::string(methods));
  return response;
}

http::Response options(std::string_view methods) {
  return {.status = 204, .headers = {{"Allow", std::string(methods)}}, .body = {}};
}

http::Response forbidden() {
  return api::error_answer(
      {.code = protocol::Errc::kForbidden,
       .message = "This is for keys made with 'antiphon keys add NAME --admin'; without keys, for the "
                  "server's own machine."},
      {});
}

/// Returns the answer where the caller may not use the route.
std::optional<http::Response> authorise(Access access, const Call& call) {
  switch (access) {
    case Access::kAll:
      return std::nullopt;
    case Access::kCallersLater:
      if (call.caller || call.caller.error() == identity::Errc::kNoKey) return std::nullopt;
      return api::unauthorised(call.caller.error(), call.request);
    case Access::kCallers:
      if (call.caller) return std::nullopt;
      return api::unauthorised(call.caller.error(), call.request);
    case Access::kAdmins:
      if (!call.caller) return api::unauthorised(call.caller.error(), call.request);
      return call.caller->is_admin ? std::nullopt : std::optional(forbidden());
  }
  std::unreachable();
}

/// Returns the answer where the handler of the route is not to be called.
std::optional<http::Response> answer_before(const std::optional<Route>& route, const Call& call) {
  if (!route) return not_found(call.request);
  if (call.request.method == "OPTIONS") return options(route->row->methods);
  if (!allows(route->row->methods, call.request.method)) return wrong_method(call.request, route->row->methods);
  return authorise(route->row->access, call);
}

}  // namespace

Front::Front(dispatch::Cell& cell, const delivery::VoiceDirectory& voices, delivery::SpeechHandler& speech,
             delivery::StreamBook* streams, const identity::Identifier& callers, runtime::Clock& clock,
             metrics::Registry& registry, dispatch::Probe& probe, api::AccessLog& access,
             api::elevenlabs::ElevenLabsSocketOptions sockets, base::Duration unhealthy_after, LiveViewOptions live)
    : cell_(cell),
      voices_(voices),
      speech_(speech),
      streams_(streams),
      callers_(callers),
      clock_(clock),
      registry_(registry),
      probe_(probe),
      access_(access),
      sockets_(sockets),
      unhealthy_after_(unhealthy_after),
      fleet_probe_(std::make_unique<FleetProbe>(registry)),
      process_metrics_(registry),
      live_subscribers_(registry.gauge("antiphon_live_subscribers", "Event streams of the live view that are open.")),
      live_(cell, clock, live) {
  speech_.set_may_stay([this](const identity::Caller& caller) { return may_stay(caller); });
}

runtime::Awaitable<> Front::handle(const http::Request& request, http::Responder& responder) {
  Call call{.request = request,
            .responder = responder,
            .request_id = api::request_id_of(&request),
            .caller = api::caller_of(callers_, request, elevenlabs::api_key_in(request.query)),
            .note = access_.note_of(request)};
  call.note.request_id = call.request_id;
  if (call.caller) call.note.key = call.caller->key;
  if (request.headers.count("traceparent") == 1) {
    call.note.trace = tracing::parse_traceparent(request.headers.get("traceparent"));
  }
  const auto route = find_route(request.path);
  auto response = answer_before(route, call);
  if (!response) {
    call.parameter = route->parameter;
    if (route->row->serve != nullptr) co_return co_await (this->*route->row->serve)(std::move(call));
    response = (this->*route->row->answer)(call);
  }
  response->headers.set("x-request-id", call.request_id);
  co_await responder.respond(std::move(*response));
}

runtime::Awaitable<> Front::speak_openai(Call call) {
  co_await api::openai::speak_openai(speech_, streams_, call.request, std::move(*call.caller),
                                     std::move(call.request_id), call.responder, call.note);
}

runtime::Awaitable<> Front::resume(Call call) {
  co_await api::openai::resume_speech(speech_, streams_,
                                      {.request = call.request,
                                       .caller = std::move(*call.caller),
                                       .request_id = std::move(call.request_id),
                                       .responder = call.responder,
                                       .note = call.note,
                                       .stream = call.parameter});
}

runtime::Awaitable<> Front::stream_events(Call call) {
  co_await live_.send_streams(call.request, call.responder, std::move(call.request_id));
}

runtime::Awaitable<> Front::worker_events(Call call) {
  co_await live_.send_workers(call.request, call.responder, std::move(call.request_id));
}

runtime::Awaitable<> Front::streams(Call call) {
  co_await call.responder.respond(co_await api::list_streams(streams_, voices_, call.request.query, call.request_id));
}

runtime::Awaitable<> Front::sample(Call call) {
  co_await api::speak_sample(speech_, std::string(call.parameter), call.request, std::move(*call.caller),
                             std::move(call.request_id), call.responder, call.note);
}

runtime::Awaitable<> Front::speak_elevenlabs_at(elevenlabs::Endpoint endpoint, Call call) {
  elevenlabs::Route route{.endpoint = endpoint, .voice_id = std::string(call.parameter)};
  co_await api::elevenlabs::speak_elevenlabs(speech_, streams_, std::move(route), call.request, std::move(*call.caller),
                                             std::move(call.request_id), call.responder, call.note);
}

runtime::Awaitable<> Front::open_socket_at(elevenlabs::Endpoint endpoint, Call call) {
  const api::elevenlabs::ElevenLabsSocketDoor door{.speech = speech_,
                                                   .doors = probe_.doors(),
                                                   .callers = callers_,
                                                   .clock = clock_,
                                                   .options = sockets_,
                                                   .note = call.note,
                                                   .open = open_sockets_};
  elevenlabs::Route route{.endpoint = endpoint, .voice_id = std::string(call.parameter)};
  co_await api::elevenlabs::serve_elevenlabs_socket(door, std::move(route), call.request, std::move(call.request_id),
                                                    call.responder);
}

runtime::Awaitable<> Front::text(Call call) {
  co_await call.responder.respond(
      co_await api::text_answer(speech_, call.request, *call.caller, call.request_id, previews_.make_strand()));
}

http::Response Front::models(const Call& call) const {
  return api::models_answer(voices_, call.request, speech_.rules().elevenlabs.max_characters);
}

// Members of a table have one type, whether they need the object or not.
// NOLINTBEGIN(readability-convert-member-functions-to-static)
http::Response Front::model(const Call& call) const { return api::model_answer(call.parameter, call.request); }
http::Response Front::speech_models(const Call& /*call*/) const { return api::speech_models_answer(); }
http::Response Front::root(const Call& /*call*/) const { return api::root_answer(); }
http::Response Front::asset(const Call& call) const {
  return asset_answer(*find_asset(call.request.path), call.request.headers.get("If-None-Match"));
}
// NOLINTEND(readability-convert-member-functions-to-static)
http::Response Front::speech_voices(const Call& /*call*/) const { return api::speech_voices_answer(voices_); }
http::Response Front::voices(const Call& /*call*/) const { return api::voices_answer(voices_); }
http::Response Front::voice(const Call& call) const { return api::voice_answer(voices_, call.parameter); }
http::Response Front::workers(const Call& /*call*/) const {
  return api::json_answer(200, worker_report(cell_.fleet()), {});
}

bool Front::may_stay(const identity::Caller& caller) const {
  // A request that needed no key when it came is one utterance, which is spoken to its end.
  return caller.key_sha256.empty() || callers_.renewed(caller).has_value();
}

void Front::keys_changed() {
  speech_.revoke([this](const identity::Caller& caller) { return may_stay(caller); });
  for (auto* const socket : open_sockets_) socket->renew_caller(callers_);
  live_.end_all();
}

void Front::drain() {
  draining_ = true;
  speech_.drain();
  live_.drain();
}

http::Response Front::health(const Call& /*call*/) const {
  const auto age = cell_.oldest_job_age();
  const bool well = age < unhealthy_after_;
  return api::json_answer(
      well ? 200 : 503,
      fmt::format(R"({{"status":"{}","streams":{},"workers":{},"oldest_job_age_seconds":{:.3f}}})",
                  well ? "ok" : "stalled", cell_.streams(), cell_.ready_workers(), base::to_seconds(age)),
      {});
}

http::Response Front::readiness(const Call& /*call*/) const {
  const bool ready = !draining_ && cell_.ready_workers() > 0;
  const bool given_up = cell_.fleet().pool().condition() == worker_pool::Condition::kGivenUp;
  std::string_view status = given_up ? "given_up" : "starting";
  if (draining_) status = "draining";
  return api::json_answer(ready ? 200 : 503, fmt::format(R"({{"status":"{}"}})", ready ? "ready" : status), {});
}

http::Response Front::metrics(const Call& /*call*/) const {
  fleet_probe_->observe(cell_.fleet());
  process_metrics_.observe();
  live_subscribers_.set(static_cast<double>(live_.subscribers()));
  probe_.observe(cell_.scheduler(), cell_.desk());
  if (streams_ != nullptr) probe_.progress().observe(streams_->store().figures());
  if (const auto& fleet = cell_.fleet(); fleet.gpu() != nullptr) {
    dispatch::Probe::DeviceMemory memory{.total = fleet.device_memory().total, .used = fleet.device_memory().used};
    for (const auto& worker : fleet.status()) memory.workers += worker.device_bytes;
    probe_.observe(memory);
  }
  return {.status = 200,
          .headers = {{"Content-Type", std::string(metrics::Registry::kContentType)}, {"Cache-Control", "no-store"}},
          .body = registry_.text()};
}

http::Response Front::edge_error(const http::EdgeError& error, const http::Request* request) {
  auto response = api::error_answer(error, api::request_id_of(request));
  if (error.code == protocol::Errc::kUnsupportedCoding) response.headers.set("Accept-Encoding", "identity");
  return response;
}

}  // namespace antiphon::gateway
