#include "protocol/openai/error.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace antiphon::protocol::openai {
namespace {

struct Row {
  unsigned status;
  std::string_view type;
  std::string_view code;
};

constexpr std::string_view kRequestError = "invalid_request_error";
constexpr std::string_view kServerError = "server_error";
constexpr std::string_view kLimitError = "rate_limit_error";

Row row_of(Errc code) {
  switch (code) {
    case Errc::kBadRequest:
      return {.status = 400, .type = kRequestError, .code = "bad_request"};
    case Errc::kMissingParameter:
      return {.status = 400, .type = kRequestError, .code = "missing_required_parameter"};
    case Errc::kInvalidType:
      return {.status = 400, .type = kRequestError, .code = "invalid_type"};
    case Errc::kInvalidValue:
      return {.status = 400, .type = kRequestError, .code = "invalid_value"};
    case Errc::kInputTooLong:
      return {.status = 400, .type = kRequestError, .code = "string_above_max_length"};
    case Errc::kNothingToSpeak:
      return {.status = 400, .type = kRequestError, .code = "nothing_to_speak"};
    case Errc::kTextNotSpeakable:
      return {.status = 400, .type = kRequestError, .code = "text_not_speakable"};
    case Errc::kUnknownVoice:
      return {.status = 400, .type = kRequestError, .code = "voice_not_found"};
    case Errc::kUnknownModel:
      return {.status = 400, .type = kRequestError, .code = "model_not_found"};
    case Errc::kUnsupportedFormat:
      return {.status = 400, .type = kRequestError, .code = "unsupported_format"};
    case Errc::kUnauthorized:
      return {.status = 401, .type = kRequestError, .code = "invalid_api_key"};
    case Errc::kForbidden:
      return {.status = 403, .type = kRequestError, .code = "insufficient_permissions"};
    case Errc::kNotFound:
      return {.status = 404, .type = kRequestError, .code = "not_found"};
    case Errc::kMethodNotAllowed:
      return {.status = 405, .type = kRequestError, .code = "method_not_allowed"};
    case Errc::kTooManyStreams:
      return {.status = 429, .type = kLimitError, .code = "too_many_streams"};
    case Errc::kServerBusy:
      return {.status = 503, .type = kServerError, .code = "server_busy"};
    case Errc::kEngineFailed:
      return {.status = 500, .type = kServerError, .code = "engine_failed"};
    case Errc::kWorkerLost:
      return {.status = 500, .type = kServerError, .code = "worker_lost"};
  }
  std::unreachable();
}

}  // namespace

unsigned status_of(Errc code) { return row_of(code).status; }
std::string_view type_of(Errc code) { return row_of(code).type; }
std::string_view code_of(Errc code) { return row_of(code).code; }

std::string error_body(const Error& error) {
  using Json = nlohmann::ordered_json;
  const Json body = {{"error",
                      {{"message", error.message},
                       {"type", type_of(error.code)},
                       {"param", error.param.empty() ? Json() : Json(error.param)},
                       {"code", code_of(error.code)}}}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antiphon::protocol::openai
