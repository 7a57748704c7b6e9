#pragma once

#include <string>

#include "delivery/speech_handler.h"
#include "delivery/stream_book.h"
#include "http/message.h"
#include "http/responder.h"
#include "identity/caller.h"
#include "protocol/elevenlabs/output_format.h"
#include "protocol/elevenlabs/route.h"

/// ElevenLabs' interface, over HTTP.
namespace antiphon::api::elevenlabs {

[[nodiscard]] delivery::AudioOutput to_output(const protocol::elevenlabs::OutputFormat& format);

/// POST /v1/text-to-speech/{voice} and what stands below it, `route`: the body is the audio as it is rendered, or JSON
/// that has it. The first alone can be resumed, and not without `book`. The references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<> speak_elevenlabs(delivery::SpeechHandler& speech, delivery::StreamBook* book,
                                                    protocol::elevenlabs::Route route, const http::Request& request,
                                                    identity::Caller caller, std::string request_id,
                                                    http::Responder& responder, dispatch::AccessNote& note);

}  // namespace antiphon::api::elevenlabs
