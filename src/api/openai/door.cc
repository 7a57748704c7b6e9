#include "api/openai/door.h"

#include <utility>

#include "api/answer.h"
#include "api/cache_control.h"
#include "api/openai/event_sink.h"
#include "api/openai/idempotency.h"
#include "api/openai/resume_door.h"
#include "api/preferences.h"
#include "delivery/http_sink.h"
#include "delivery/tracked_sink.h"
#include "protocol/openai/speech.h"
#include "text/text.h"

namespace antiphon::api::openai {

namespace openai = protocol::openai;

runtime::Awaitable<> speak_openai(delivery::SpeechHandler& speech, delivery::StreamBook* book,
                                  const http::Request& request, identity::Caller caller, std::string request_id,
                                  http::Responder& responder, dispatch::AccessNote& note) {
  auto asked = openai::parse_speech_request(request.body, speech.rules().openai);
  if (!asked) {
    co_await responder.respond(error_answer(asked.error(), request_id));
    co_return;
  }
  const auto format = codec::parse_format(openai::name_of(asked->response_format)).value();
  const auto shape = asked->stream_format == openai::StreamFormat::kSse ? AnswerShape::kEvents : AnswerShape::kAudio;
  const delivery::AudioOutput output{
      .format = format, .rate = asked->sample_rate, .wordless = speech.rules().openai_wordless};
  caller = identity::user_within(std::move(caller), asked->user);
  const auto* const resumed = request.headers.find("Antiphon-Resume");
  KeyedStream stream;
  if (book != nullptr && !book->may_keep(asked->pronunciations)) book = nullptr;
  if (book != nullptr && resumed == nullptr) {
    const auto found = co_await stream_of(*book, request, caller);
    if (!found) co_return (void) co_await responder.respond(error_answer(found.error(), request_id));
    stream = *found;
  }
  if (resumed != nullptr || stream.known) {
    const auto name = resumed != nullptr ? *resumed : progress::to_text(stream.name);
    co_return co_await resume_speech(speech, book,
                                     {.request = request,
                                      .caller = std::move(caller),
                                      .request_id = std::move(request_id),
                                      .responder = responder,
                                      .note = note,
                                      .stream = name,
                                      .text = asked->input});
  }
  const auto preferences = parse_preferences(request.headers.get("Prefer"));
  delivery::SpeechOrder order{.voice = std::move(asked->voice),
                              .text = std::move(asked->input),
                              .speed = asked->speed,
                              .seed = asked->seed,
                              .volume = asked->volume,
                              .reading = asked->reading,
                              .pronunciations = std::move(asked->pronunciations),
                              .wait = preferences.wait,
                              .paced = preferences.paced,
                              .output = output,
                              .cache = asked->store ? cache_use(request.headers) : delivery::CacheUse::kNone,
                              .note = &note};
  const auto refuse = [request_id](const protocol::Error& error) {
    return error_answer(openai::speech_error(error), request_id);
  };
  const auto sink = make_openai_sink(responder, order, shape, refuse, request_id);
  if (book == nullptr) {
    co_return co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), *sink);
  }
  delivery::AudioPart part;
  const auto tracked = delivery::track(*book, {.name = stream.name, .shape = shape}, order, caller, *sink, part);
  co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), *tracked);
}

std::unique_ptr<delivery::HttpSink> make_openai_sink(http::Responder& responder, const delivery::SpeechOrder& order,
                                                     AnswerShape shape, delivery::HttpSink::ErrorAnswer refuse,
                                                     const std::string& request_id) {
  if (shape == AnswerShape::kEvents) {
    return std::make_unique<EventSink>(
        responder, http::Headers{{"Content-Type", "text/event-stream"}, {"x-request-id", request_id}},
        std::move(refuse),
        EventSink::Facts{
            .request_id = request_id, .rate = order.output.rate, .characters = text::count_code_points(order.text)});
  }
  const auto type = codec::content_type(order.output.format);
  return std::make_unique<delivery::HttpSink>(
      responder, http::Headers{{"Content-Type", std::string(type)}, {"x-request-id", request_id}}, std::move(refuse));
}

}  // namespace antiphon::api::openai
