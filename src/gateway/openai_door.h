#pragma once

#include <string>

#include "gateway/speech_handler.h"
#include "http/message.h"
#include "http/responder.h"
#include "identity/caller.h"

/// OpenAI's interface.
namespace antiphon::gateway {

/// POST /v1/audio/speech: the audio as the body, or as server-sent events. The references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<> speak_openai(SpeechHandler& speech, const http::Request& request,
                                                identity::Caller caller, std::string request_id,
                                                http::Responder& responder, AccessNote& note);

}  // namespace antiphon::gateway
