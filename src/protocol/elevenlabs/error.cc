#include "protocol/elevenlabs/error.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace antiphon::protocol::elevenlabs {
namespace {

struct Row {
  unsigned status;
  std::uint16_t close_code;
  std::string_view code;
};

constexpr std::uint16_t kPolicy = 1008;
constexpr std::uint16_t kInternal = 1011;
constexpr std::uint16_t kTryAgainLater = 1013;

Row row_of(Errc code) {
  switch (code) {
    case Errc::kBadRequest:
      return {.status = 400, .close_code = kPolicy, .code = "invalid_request"};
    case Errc::kMissingParameter:
      return {.status = 400, .close_code = kPolicy, .code = "missing_required_parameter"};
    case Errc::kInvalidType:
      return {.status = 400, .close_code = kPolicy, .code = "invalid_type"};
    case Errc::kInvalidValue:
      return {.status = 400, .close_code = kPolicy, .code = "invalid_value"};
    case Errc::kInputTooLong:
      return {.status = 400, .close_code = kPolicy, .code = "max_character_limit_exceeded"};
    case Errc::kNothingToSpeak:
      return {.status = 400, .close_code = kPolicy, .code = "nothing_to_speak"};
    case Errc::kTextNotSpeakable:
      return {.status = 400, .close_code = kPolicy, .code = "text_not_speakable"};
    case Errc::kUnsupported:
      return {.status = 400, .close_code = kPolicy, .code = "unsupported"};
    case Errc::kUnsupportedFormat:
      return {.status = 400, .close_code = kPolicy, .code = "invalid_output_format"};
    case Errc::kUnknownVoice:
      return {.status = 404, .close_code = kPolicy, .code = "voice_not_found"};
    case Errc::kUnknownModel:
      return {.status = 400, .close_code = kPolicy, .code = "model_not_found"};
    case Errc::kUnauthorized:
      return {.status = 401, .close_code = kPolicy, .code = "invalid_api_key"};
    case Errc::kNotFound:
      return {.status = 404, .close_code = kPolicy, .code = "not_found"};
    case Errc::kMethodNotAllowed:
      return {.status = 405, .close_code = kPolicy, .code = "method_not_allowed"};
    case Errc::kTooManyContexts:
      return {.status = 400, .close_code = kPolicy, .code = "max_active_contexts_exceeded"};
    case Errc::kInactive:
      return {.status = 408, .close_code = kPolicy, .code = "input_timeout_exceeded"};
    case Errc::kTooManyStreams:
      return {.status = 429, .close_code = kTryAgainLater, .code = "too_many_concurrent_requests"};
    case Errc::kServerBusy:
      return {.status = 503, .close_code = kTryAgainLater, .code = "system_busy"};
    case Errc::kEngineFailed:
      return {.status = 500, .close_code = kInternal, .code = "engine_failed"};
    case Errc::kWorkerLost:
      return {.status = 500, .close_code = kInternal, .code = "worker_lost"};
  }
  std::unreachable();
}

}  // namespace

unsigned status_of(Errc code) { return row_of(code).status; }
std::uint16_t close_code_of(Errc code) { return row_of(code).close_code; }
std::string_view code_of(Errc code) { return row_of(code).code; }

std::string error_body(const Error& error) {
  using Json = nlohmann::ordered_json;
  const Json body = {{"detail",
                      {{"status", code_of(error.code)},
                       {"message", error.message},
                       {"param", error.param.empty() ? Json() : Json(error.param)}}}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antiphon::protocol::elevenlabs
