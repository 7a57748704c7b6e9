#include "protocol/elevenlabs/error.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace antiphon::protocol::elevenlabs {
namespace {

std::string param_of(Subject subject) {
  switch (subject) {
    case Subject::kNone:
      return "";
    case Subject::kVoice:
      return "voice_id";
    case Subject::kText:
      return "text";
  }
  std::unreachable();
}

}  // namespace

unsigned status_of(Errc code) { return row_of(code).elevenlabs.status; }
std::uint16_t close_code_of(Errc code) { return row_of(code).elevenlabs.close_code; }
std::string_view code_of(Errc code) { return row_of(code).elevenlabs.code; }

std::string error_body(const Error& error) {
  using Json = nlohmann::ordered_json;
  const Json body = {{"detail",
                      {{"status", code_of(error.code)},
                       {"message", error.message},
                       {"param", error.param.empty() ? Json() : Json(error.param)}}}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error speech_error(const Error& error) {
  return {.code = error.code,
          .message = failure_message(error),
          .param = param_of(row_of(error.code).subject),
          .retry_after = error.retry_after};
}

}  // namespace antiphon::protocol::elevenlabs
