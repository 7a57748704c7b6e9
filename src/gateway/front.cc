#include "gateway/front.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/answer.h"
#include "gateway/assets.h"
#include "gateway/identity.h"
#include "protocol/openai/models.h"

namespace antiphon::gateway {
namespace {

namespace openai = protocol::openai;

constexpr std::string_view kSpeechPath = "/v1/audio/speech";
constexpr std::string_view kModelPath = "/v1/models/";

const Asset* find_asset(std::string_view path) {
  const auto it = std::ranges::find(assets(), path, &Asset::path);
  return it == assets().end() ? nullptr : &*it;
}

http::Response asset_answer(const Asset& asset) {
  return {.status = 200,
          .headers = {{"Content-Type", std::string(asset.content_type)},
                      {"Cache-Control", "no-cache"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'"}},
          .body = std::string(asset.body)};
}

openai::Error not_found(std::string_view path) {
  return {.code = openai::Errc::kNotFound,
          .message = fmt::format("There is nothing at '{}'.", path.substr(0, 128)),
          .param = {}};
}

openai::Errc to_openai(http::EdgeErrc code) {
  switch (code) {
    case http::EdgeErrc::kBadRequest:
    case http::EdgeErrc::kVersionNotSupported:
    case http::EdgeErrc::kNotImplemented:
    case http::EdgeErrc::kRequestTimeout:
    case http::EdgeErrc::kBodyTooLarge:
    case http::EdgeErrc::kTargetTooLong:
    case http::EdgeErrc::kUnsupportedMediaType:
    case http::EdgeErrc::kHeadersTooLarge:
    case http::EdgeErrc::kHostRefused:
    case http::EdgeErrc::kOriginRefused:
      return openai::Errc::kBadRequest;
    case http::EdgeErrc::kTooManyConnections:
      return openai::Errc::kServerBusy;
    case http::EdgeErrc::kInternal:
      return openai::Errc::kEngineFailed;
  }
  return openai::Errc::kEngineFailed;
}

}  // namespace

Front::Front(Cell& cell, const VoiceDirectory& voices, SpeechHandler& speech, base::Duration unhealthy_after)
    : cell_(cell), voices_(voices), speech_(speech), unhealthy_after_(unhealthy_after) {}

runtime::Awaitable<> Front::handle(const http::Request& request, http::Responder& responder) {
  const auto request_id = request_id_of(&request);
  const bool is_speech = request.path == kSpeechPath;
  const std::string_view allowed = is_speech ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
  const bool reads = request.method == "GET" || request.method == "HEAD";
  http::Response response;
  if (is_speech && request.method == "POST") {
    if (!draining_) co_return co_await speech_.handle(request, request_id, responder);
    response = error_answer({.code = openai::Errc::kServerBusy, .message = "The server is shutting down.", .param = {}},
                            request_id);
  } else if (!is_speech && reads) {
    response = answer(request);
  } else if (!is_speech && answer(request).status == 404) {
    response = error_answer(not_found(request.path), request_id);
  } else if (request.method == "OPTIONS") {
    response = {.status = 204, .headers = {{"Allow", std::string(allowed)}}, .body = {}};
  } else {
    response = error_answer(
        {.code = openai::Errc::kMethodNotAllowed, .message = fmt::format("This path takes {}.", allowed), .param = {}},
        request_id);
    response.headers.set("Allow", std::string(allowed));
  }
  response.headers.set("x-request-id", request_id);
  co_await responder.respond(std::move(response));
}

http::Response Front::answer(const http::Request& request) const {
  const std::string_view path = request.path;
  if (const auto* const asset = find_asset(path)) return asset_answer(*asset);
  if (path == "/healthz") return health();
  if (path == "/readyz") return readiness();
  if (path == "/v1/models") return json_answer(200, openai::models_body(), {});
  if (path == "/v1/audio/voices") {
    std::vector<openai::VoiceEntry> entries;
    for (const auto& voice : voices_.voices()) {
      for (auto& name : VoiceDirectory::names_of(voice)) {
        entries.push_back({.id = name, .name = name, .language = voice.language});
      }
    }
    return json_answer(200, openai::voices_body(entries), {});
  }
  if (path.starts_with(kModelPath)) {
    if (const auto body = openai::model_body(path.substr(kModelPath.size()))) return json_answer(200, *body, {});
    return error_answer({.code = openai::Errc::kNotFound, .message = "There is no such model.", .param = "model"}, {});
  }
  return error_answer(not_found(path), {});
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
  return json_answer(ready ? 200 : 503,
                     fmt::format(R"({{"status":"{}"}})", ready ? "ready" : (draining_ ? "draining" : "starting")), {});
}

http::Response Front::edge_error(const http::EdgeError& error, const http::Request* request) {
  const openai::Error shaped{.code = to_openai(error.code), .message = error.message, .param = {}};
  auto response = error_answer(shaped, request_id_of(request));
  response.status = http::status_of(error.code);
  return response;
}

}  // namespace antiphon::gateway
