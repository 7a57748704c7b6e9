#include "protocol/elevenlabs/speech.h"

#include <utility>

#include "protocol/elevenlabs/locators.h"
#include "protocol/elevenlabs/models.h"
#include "protocol/json/object.h"

namespace antiphon::protocol::elevenlabs {

Result<SpeechRequest> parse_speech_request(std::string_view body, const Rules& rules) {
  const auto json = json::parse_object(body);
  if (!json) {
    return std::unexpected(Error{.code = Errc::kBadRequest, .message = "The body " + json.error() + ".", .param = {}});
  }
  json::Fields<Error> fields(*json);
  SpeechRequest request;
  fields.require("text");
  fields.read("text", request.text, rules.max_characters, kLimitSetting);
  if (request.text.empty()) fields.fail(Errc::kInvalidValue, "text", "must not be empty.");
  fields.read("model_id", request.model_id, kMaxNameCharacters);
  if (rules.models == Models::kListed && !request.model_id.empty() && !is_model(request.model_id)) {
    fields.say(Errc::kUnknownModel, "model_id", "There is no such model; GET /v1/models lists them.");
  }
  if (const auto* const object = fields.object("voice_settings")) {
    json::Fields<Error> settings(*object, "voice_settings.");
    settings.read("speed", request.speed, kLeastSpeed, kMostSpeed);
    fields.adopt(std::move(settings));
  }
  fields.read("seed", request.seed);
  request.dictionaries = read_locators(fields);
  if (fields.error()) return std::unexpected(std::move(*fields.error()));
  return request;
}

}  // namespace antiphon::protocol::elevenlabs
