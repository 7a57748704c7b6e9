#pragma once

#include <string>

#include "delivery/speech_handler.h"
#include "http/message.h"
#include "identity/caller.h"

namespace antiphon::api {

/// Answer to POST /v1/text: what would be spoken for a speech request, or the error that it would have. Reads at most
/// as much text as one request may have.
[[nodiscard]] http::Response text_answer(const delivery::SpeechHandler& speech, const http::Request& request,
                                         const identity::Caller& caller, const std::string& request_id);

}  // namespace antiphon::api
