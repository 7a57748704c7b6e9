#include "api/voice_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/answer.h"
#include "api/cache_control.h"
#include "api/preferences.h"
#include "base/sha256.h"
#include "delivery/http_sink.h"
#include "http/entity_tag.h"

namespace antiphon::api {
namespace {

constexpr std::string_view kNumbers = "1, 2, 3, 4, 5, 6, 7.";

/// By the first part of the language's tag.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kTexts = {{
    {"cs", "Dobrý den. Takhle zní můj hlas."},
    {"da", "Goddag. Sådan lyder min stemme."},
    {"de", "Guten Tag. So klingt meine Stimme."},
    {"en", "Hello there. This is what my voice sounds like."},
    {"es", "Hola. Así suena mi voz."},
    {"fr", "Bonjour. Voici le son de ma voix."},
    {"hi", "नमस्ते। मेरी आवाज़ ऐसी सुनाई देती है।"},
    {"it", "Buongiorno. Questa è la mia voce."},
    {"nl", "Goedendag. Zo klinkt mijn stem."},
    {"pl", "Dzień dobry. Tak brzmi mój głos."},
    {"pt", "Olá. É assim que soa a minha voz."},
    {"ru", "Здравствуйте. Так звучит мой голос."},
    {"sv", "Hej. Så här låter min röst."},
}};

/// Another one when the audio may be another.
std::string entity_tag_of(const delivery::SpeechHandler& speech, const delivery::VoiceDirectory::Found& found,
                          std::string_view text) {
  const auto& voice = *found.voice;
  constexpr std::size_t kDigits = 32;
  const auto digest = base::sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", voice.identity, voice.version,
                                                   found.speaker, voice.gain.factor, text, speech.gateway_identity()));
  return fmt::format("\"{}\"", digest.substr(0, kDigits));
}

http::Headers headers_of(const std::string& request_id, const std::string& entity_tag) {
  // It may be kept, and is asked for again by its tag.
  return {{"Cache-Control", "private, no-cache"}, {"ETag", entity_tag}, {"x-request-id", request_id}};
}

}  // namespace

std::string_view sample_text(std::string_view language) {
  const auto primary = language.substr(0, language.find_first_of("-_"));
  const auto* const found = std::ranges::find(kTexts, primary, [](const auto& one) { return one.first; });
  return found == kTexts.end() ? kNumbers : found->second;
}

runtime::Awaitable<> speak_sample(delivery::SpeechHandler& speech, std::string voice, const http::Request& request,
                                  identity::Caller caller, std::string request_id, http::Responder& responder,
                                  dispatch::AccessNote& note) {
  const auto refuse = [request_id](const protocol::Error& error) { return elevenlabs_error_answer(error, request_id); };
  const auto found = speech.voices().find(voice);
  const auto text = sample_text(found ? found->language() : std::string_view());
  const auto preferences = parse_preferences(request.headers.get("Prefer"));
  delivery::SpeechOrder order{.voice = std::move(voice),
                              .text = std::string(text),
                              .wait = preferences.wait,
                              .paced = preferences.paced,
                              .output = {.format = codec::Format::kWav},
                              .cheaper = delivery::Cheaper::kRefused,
                              .cache = cache_use(request.headers),
                              .note = &note};
  if (const auto spec = speech.check(order, caller); !spec)
    co_return (void) co_await responder.respond(refuse(spec.error()));
  const auto entity_tag = entity_tag_of(speech, *found, text);
  auto headers = headers_of(request_id, entity_tag);
  if (http::names_etag(request.headers.get("If-None-Match"), entity_tag)) {
    co_return (void) co_await responder.respond({.status = 304, .headers = std::move(headers), .body = {}});
  }
  headers.add("Content-Type", std::string(codec::content_type(codec::Format::kWav)));
  if (request.method == "HEAD") {
    if (co_await responder.start({.status = 200, .headers = std::move(headers), .body = {}})) {
      (void)co_await responder.finish();
    }
    co_return;
  }
  delivery::HttpSink sink(responder, std::move(headers), refuse);
  co_await speech.speak(std::move(order), std::move(caller), std::move(request_id), sink);
}

}  // namespace antiphon::api
