#include "gateway/routes.h"

#include <algorithm>
#include <array>

#include "gateway/assets.h"
#include "gateway/front.h"
#include "http/path_pattern.h"

namespace antiphon::gateway {
namespace {

constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
constexpr std::string_view kPost = "POST, OPTIONS";

constexpr std::string_view kHttp = "http";
constexpr std::string_view kOpenAi = "openai";
constexpr std::string_view kElevenLabs = "elevenlabs";
constexpr std::string_view kSocket = "elevenlabs_socket";

}  // namespace

std::span<const RouteRow> routes() {
  using enum Access;
  using Endpoint = protocol::elevenlabs::Endpoint;
  static constexpr std::array kRoutes = {
      RouteRow{"/v1/audio/speech", kPost, kCallers, kOpenAi, {}, &Front::speak_openai},
      RouteRow{"/v1/audio/speech/{}", kRead, kCallers, kOpenAi, {}, &Front::resume},
      RouteRow{"/v1/audio/models", kRead, kCallers, kHttp, &Front::speech_models},
      RouteRow{"/v1/audio/voices", kRead, kCallers, kHttp, &Front::speech_voices},
      RouteRow{"/v1/text", kPost, kCallers, kHttp, {}, &Front::text},
      RouteRow{"/v1/models", kRead, kCallers, kHttp, &Front::models},
      RouteRow{"/v1/models/{}", kRead, kCallers, kHttp, &Front::model},
      RouteRow{"/v1/voices", kRead, kCallers, kHttp, &Front::voices},
      RouteRow{"/v1/voices/{}", kRead, kCallers, kHttp, &Front::voice},
      RouteRow{"/v1/voices/{}/sample", kRead, kCallers, kHttp, {}, &Front::sample},
      RouteRow{"/v2/voices", kRead, kCallers, kHttp, &Front::voices},
      RouteRow{"/v1", kRead, kCallers, kHttp, &Front::root},
      RouteRow{"/v1/", kRead, kCallers, kHttp, &Front::root},
      RouteRow{"/v1/workers", kRead, kAdmins, kHttp, &Front::workers},
      RouteRow{"/v1/workers/events", kRead, kAdmins, kHttp, {}, &Front::worker_events},
      RouteRow{"/v1/streams/events", kRead, kAdmins, kHttp, {}, &Front::stream_events},
      RouteRow{"/v1/streams", kRead, kAdmins, kHttp, {}, &Front::streams},
      RouteRow{"/healthz", kRead, kAll, kHttp, &Front::health},
      RouteRow{"/readyz", kRead, kAll, kHttp, &Front::readiness},
      RouteRow{"/metrics", kRead, kAll, kHttp, &Front::metrics},
      RouteRow{"/v1/text-to-speech/{}", kPost, kCallers, kElevenLabs, {}, &Front::speak_elevenlabs<Endpoint::kSpeech>},
      RouteRow{"/v1/text-to-speech/{}/stream",
               kPost,
               kCallers,
               kElevenLabs,
               {},
               &Front::speak_elevenlabs<Endpoint::kSpeech>},
      RouteRow{"/v1/text-to-speech/{}/with-timestamps",
               kPost,
               kCallers,
               kElevenLabs,
               {},
               &Front::speak_elevenlabs<Endpoint::kTimedSpeech>},
      RouteRow{"/v1/text-to-speech/{}/stream/with-timestamps",
               kPost,
               kCallers,
               kElevenLabs,
               {},
               &Front::speak_elevenlabs<Endpoint::kTimedSpeechStream>},
      RouteRow{"/v1/text-to-speech/{}/stream-input",
               kRead,
               kCallersLater,
               kSocket,
               {},
               &Front::open_socket<Endpoint::kStreamInput>},
      RouteRow{"/v1/text-to-speech/{}/multi-stream-input",
               kRead,
               kCallersLater,
               kSocket,
               {},
               &Front::open_socket<Endpoint::kMultiStreamInput>},
      RouteRow{"/", kRead, kAll, kHttp, &Front::asset},
      RouteRow{"/docs", kRead, kAll, kHttp, &Front::asset},
      RouteRow{"/openapi.json", kRead, kAll, kHttp, &Front::asset},
      RouteRow{"/assets/{}", kRead, kAll, kHttp, &Front::asset},
  };
  return kRoutes;
}

std::optional<Route> find_route(std::string_view path) {
  for (const auto& row : routes()) {
    const auto parameter = http::match_path(row.pattern, path);
    if (!parameter) continue;
    if (row.answer == &Front::asset && find_asset(path) == nullptr) return std::nullopt;
    return Route{.row = &row, .parameter = *parameter};
  }
  return std::nullopt;
}

bool allows(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    const auto one = methods.substr(0, methods.find(", "));
    if (one == method) return true;
    methods.remove_prefix(std::min(methods.size(), one.size() + 2));
  }
  return false;
}

}  // namespace antiphon::gateway
