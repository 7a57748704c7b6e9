#include "gateway/openai_door.h"

#include <utility>

#include "gateway/answer.h"
#include "gateway/event_sink.h"
#include "gateway/http_sink.h"
#include "gateway/preferences.h"
#include "protocol/openai/speech.h"
#include "text/text.h"

namespace antiphon::gateway {

namespace openai = protocol::openai;

runtime::Awaitable<> speak_openai(SpeechHandler& speech, const http::Request& request, identity::Caller caller,
                                  std::string request_id, http::Responder& responder, AccessNote& note) {
  auto asked = openai::parse_speech_request(request.body, speech.rules().openai);
  if (!asked) {
    co_await responder.respond(error_answer(asked.error(), request_id));
    co_return;
  }
  const auto format = codec::parse_format(openai::name_of(asked->response_format)).value();
  const bool as_events = asked->stream_format == openai::StreamFormat::kSse;
  const auto characters = text::count_code_points(asked->input);
  const AudioOutput output{.format = format, .rate = asked->sample_rate, .wordless = speech.rules().openai_wordless};
  caller = identity::user_within(std::move(caller), asked->user);
  const auto preferences = parse_preferences(request.headers.get("Prefer"));
  SpeechOrder order{.voice = std::move(asked->voice),
                    .text = std::move(asked->input),
                    .speed = asked->speed,
                    .seed = asked->seed,
                    .volume = asked->volume,
                    .pronunciations = std::move(asked->pronunciations),
                    .wait = preferences.wait,
                    .paced = preferences.paced,
                    .output = output,
                    .note = &note};
  const auto refuse = [request_id](const Error& error) {
    return error_answer(openai::speech_error(error), request_id);
  };
  const auto* const type = as_events ? "text/event-stream" : codec::content_type(format).data();
  const http::Headers headers{{"Content-Type", type}, {"x-request-id", request_id}};
  if (as_events) {
    EventSink sink(responder, headers, refuse,
                   {.request_id = request_id, .rate = output.rate, .characters = characters});
    co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), sink);
  } else {
    HttpSink sink(responder, headers, refuse);
    co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), sink);
  }
}

}  // namespace antiphon::gateway
