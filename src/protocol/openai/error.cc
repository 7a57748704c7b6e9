#include "protocol/openai/error.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace antiphon::protocol::openai {
namespace {

std::string param_of(Subject subject) {
  switch (subject) {
    case Subject::kNone:
      return "";
    case Subject::kVoice:
      return "voice";
    case Subject::kText:
      return "input";
  }
  std::unreachable();
}

}  // namespace

unsigned status_of(Errc code) { return row_of(code).openai.status; }

std::string error_body(const Error& error) {
  using Json = nlohmann::ordered_json;
  const auto& row = row_of(error.code).openai;
  const Json body = {{"error",
                      {{"message", error.message},
                       {"type", row.type},
                       {"param", error.param.empty() ? Json() : Json(error.param)},
                       {"code", row.code}}}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error speech_error(const Error& error) {
  return {.code = error.code,
          .message = failure_message(error),
          .param = param_of(row_of(error.code).subject),
          .retry_after = error.retry_after};
}

}  // namespace antiphon::protocol::openai
