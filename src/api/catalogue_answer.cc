#include "api/catalogue_answer.h"

#include <algorithm>
#include <vector>

#include "api/answer.h"
#include "protocol/elevenlabs/models.h"
#include "protocol/elevenlabs/query.h"
#include "protocol/elevenlabs/voices.h"
#include "protocol/openai/models.h"

namespace antiphon::api {
namespace {

namespace elevenlabs = protocol::elevenlabs;
namespace openai = protocol::openai;

/// `Entry` for every name of every voice.
template <class Entry>
std::vector<Entry> entries(const delivery::VoiceDirectory& voices) {
  std::vector<Entry> entries;
  for (const auto& voice : voices.voices()) {
    for (const auto& offer : delivery::VoiceDirectory::offers_of(voice)) {
      auto& entry = entries.emplace_back(
          Entry{.id = offer.name(), .name = offer.name(), .language = std::string(offer.language())});
      if constexpr (requires { entry.engine; }) entry.engine = voice.engine;
    }
  }
  return entries;
}

}  // namespace

bool is_elevenlabs(const http::Request& request) {
  return request.headers.find("xi-api-key") != nullptr || !elevenlabs::api_key_in(request.query).empty();
}

http::Response models_answer(const delivery::VoiceDirectory& voices, const http::Request& request,
                             std::size_t max_characters) {
  if (!is_elevenlabs(request)) return json_answer(200, openai::models_body(), {});
  std::vector<std::string> languages;
  for (const auto& voice : voices.voices()) {
    for (const auto& offer : delivery::VoiceDirectory::offers_of(voice)) {
      if (std::ranges::find(languages, offer.language()) == languages.end()) languages.emplace_back(offer.language());
    }
  }
  return json_answer(200, elevenlabs::models_body(languages, max_characters), {});
}

http::Response model_answer(std::string_view id, const http::Request& request) {
  if (const auto body = openai::model_body(id)) return json_answer(200, *body, {});
  constexpr auto kMessage = "There is no such model.";
  if (is_elevenlabs(request)) {
    return elevenlabs_error_answer({.code = protocol::Errc::kNotFound, .message = kMessage, .param = "model_id"}, {});
  }
  return error_answer({.code = protocol::Errc::kNotFound, .message = kMessage, .param = "model"}, {});
}

http::Response speech_models_answer() { return json_answer(200, openai::speech_models_body(), {}); }

http::Response speech_voices_answer(const delivery::VoiceDirectory& voices) {
  return json_answer(200, openai::voices_body(entries<openai::VoiceEntry>(voices)), {});
}

http::Response voices_answer(const delivery::VoiceDirectory& voices) {
  return json_answer(200, elevenlabs::voices_body(entries<elevenlabs::VoiceEntry>(voices)), {});
}

http::Response voice_answer(const delivery::VoiceDirectory& voices, std::string_view name) {
  const auto found = voices.find(name);
  if (!found) {
    return elevenlabs_error_answer({.code = protocol::Errc::kUnknownVoice, .message = voices.complaint(name, {})}, {});
  }
  return json_answer(
      200,
      elevenlabs::voice_body({.id = found->name(), .name = found->name(), .language = std::string(found->language())}),
      {});
}

http::Response root_answer() { return json_answer(200, R"({"object":"api","owned_by":"antiphon"})", {}); }

}  // namespace antiphon::api
