#include "api/elevenlabs/door.h"

#include <utility>

#include "api/answer.h"
#include "api/cache_control.h"
#include "api/elevenlabs/timed_sink.h"
#include "api/preferences.h"
#include "delivery/http_sink.h"
#include "delivery/tracked_sink.h"
#include "protocol/elevenlabs/query.h"
#include "protocol/elevenlabs/speech.h"

namespace antiphon::api::elevenlabs {
namespace {

namespace elevenlabs = protocol::elevenlabs;

codec::Format to_format(elevenlabs::Codec wanted) {
  switch (wanted) {
    case elevenlabs::Codec::kMp3:
      return codec::Format::kMp3;
    case elevenlabs::Codec::kOpus:
      return codec::Format::kOpus;
    case elevenlabs::Codec::kPcm:
      return codec::Format::kPcm;
    case elevenlabs::Codec::kWav:
      return codec::Format::kWav;
    case elevenlabs::Codec::kMulaw:
      return codec::Format::kMulaw;
    case elevenlabs::Codec::kAlaw:
      return codec::Format::kAlaw;
  }
  return codec::Format::kPcm;
}

}  // namespace

delivery::AudioOutput to_output(const elevenlabs::OutputFormat& format) {
  return {.format = to_format(format.codec), .rate = format.rate, .bit_rate = {format.bits_per_second}};
}

runtime::Awaitable<> speak_elevenlabs(delivery::SpeechHandler& speech, delivery::StreamBook* book,
                                      elevenlabs::Route route, const http::Request& request, identity::Caller caller,
                                      std::string request_id, http::Responder& responder, dispatch::AccessNote& note) {
  const auto& rules = speech.rules().elevenlabs;
  const auto query = elevenlabs::parse_query(request.query, rules.models);
  auto asked = elevenlabs::parse_speech_request(request.body, rules);
  if (!query || !asked) {
    co_await responder.respond(elevenlabs_error_answer(query ? asked.error() : query.error(), request_id));
    co_return;
  }
  const auto preferences = parse_preferences(request.headers.get("Prefer"));
  delivery::SpeechOrder order{.door = dispatch::Door::kElevenLabs,
                              .voice = std::move(route.voice_id),
                              .text = std::move(asked->text),
                              .speed = asked->speed,
                              .seed = asked->seed != 0 ? asked->seed : query->seed.value_or(0),
                              .reading = query->ssml ? text::ssml_switches() : text::Switches{},
                              .dictionaries = std::move(asked->dictionaries),
                              .wait = preferences.wait,
                              .paced = preferences.paced,
                              .output = to_output(query->output_format),
                              .note = &note};
  const auto refuse = [request_id](const protocol::Error& error) {
    return elevenlabs_error_answer(elevenlabs::speech_error(error), request_id);
  };
  if (route.endpoint != elevenlabs::Endpoint::kSpeech) {
    const bool lines = route.endpoint == elevenlabs::Endpoint::kTimedSpeechStream;
    const auto* const type = lines ? "application/x-ndjson" : "application/json";
    TimedSink sink(responder, {{"Content-Type", type}, {"x-request-id", request_id}}, refuse,
                   lines ? TimedSink::Shape::kLines : TimedSink::Shape::kObject, order.output.rate, order.text);
    co_return co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), sink);
  }
  order.cache = query->logging ? cache_use(request.headers) : delivery::CacheUse::kNone;
  const auto type = codec::content_type(order.output.format);
  delivery::HttpSink sink(responder, {{"Content-Type", std::string(type)}, {"x-request-id", request_id}}, refuse);
  if (book != nullptr) {
    delivery::AudioPart part;
    const auto tracked = delivery::track(*book, {}, order, caller, sink, part);
    co_return co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), *tracked);
  }
  co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), sink);
}

}  // namespace antiphon::api::elevenlabs
