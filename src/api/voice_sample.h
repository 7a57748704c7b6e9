#pragma once

#include <string>
#include <string_view>

#include "delivery/speech_handler.h"
#include "dispatch/access_note.h"
#include "http/message.h"
#include "http/responder.h"
#include "identity/caller.h"

/// A short sentence in each voice, to choose one by ear.
namespace antiphon::api {

/// Returns what is spoken in `language` (BCP 47): a greeting, or numbers, which are read in every language.
[[nodiscard]] std::string_view sample_text(std::string_view language);

/// GET /v1/voices/{voice}/sample: WAV, admitted like any other speech; 304 where the client has it already. The
/// references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<> speak_sample(delivery::SpeechHandler& speech, std::string voice,
                                                const http::Request& request, identity::Caller caller,
                                                std::string request_id, http::Responder& responder,
                                                dispatch::AccessNote& note);

}  // namespace antiphon::api
