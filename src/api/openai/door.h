#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "delivery/http_sink.h"
#include "delivery/speech_handler.h"
#include "delivery/stream_book.h"
#include "delivery/tracked_sink.h"
#include "http/message.h"
#include "http/responder.h"
#include "identity/caller.h"

/// OpenAI's interface.
namespace antiphon::api::openai {

/// POST /v1/audio/speech: the audio as the body, or as server-sent events. Without `book` it cannot be resumed. The
/// references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<> speak_openai(delivery::SpeechHandler& speech, delivery::StreamBook* book,
                                                const http::Request& request, identity::Caller caller,
                                                std::string request_id, http::Responder& responder,
                                                dispatch::AccessNote& note);

using delivery::AnswerShape;

/// Returns the sink that answers `order` in that shape.
[[nodiscard]] std::unique_ptr<delivery::HttpSink> make_openai_sink(http::Responder& responder,
                                                                   const delivery::SpeechOrder& order,
                                                                   AnswerShape shape,
                                                                   delivery::HttpSink::ErrorAnswer refuse,
                                                                   const std::string& request_id);

}  // namespace antiphon::api::openai
