#include "api/text_answer.h"

#include <utility>

#include "api/answer.h"
#include "protocol/openai/preview.h"
#include "protocol/openai/speech.h"
#include "text/preview.h"

namespace antiphon::api {

namespace openai = protocol::openai;

http::Response text_answer(const delivery::SpeechHandler& speech, const http::Request& request,
                           const identity::Caller& caller, const std::string& request_id) {
  auto asked = openai::parse_speech_request(request.body, speech.rules().openai);
  if (!asked) return error_answer(asked.error(), request_id);
  const delivery::SpeechOrder order{.voice = std::move(asked->voice),
                                    .text = std::move(asked->input),
                                    .speed = asked->speed,
                                    .reading = asked->reading,
                                    .pronunciations = std::move(asked->pronunciations)};
  const auto reading = speech.reading_of(order, caller);
  if (!reading) return error_answer(openai::speech_error(reading.error()), request_id);
  const auto preview = text::preview(order.text, *reading);
  if (!preview) {
    return error_answer({.code = protocol::Errc::kInvalidText, .message = preview.error().message, .param = "input"},
                        request_id);
  }
  return json_answer(200, openai::preview_body(*preview), request_id);
}

}  // namespace antiphon::api
