#pragma once

#include <string>
#include <string_view>

#include "delivery/speech_handler.h"
#include "delivery/stream_book.h"
#include "http/message.h"
#include "http/responder.h"
#include "identity/caller.h"

namespace antiphon::api::openai {

/// A request to go on with a stream. What it refers to stays valid until it is answered.
struct Resumption {
  const http::Request& request;
  identity::Caller caller;
  std::string request_id;
  http::Responder& responder;
  dispatch::AccessNote& note;
  std::string_view stream;  ///< Its name, as the client has it.
  std::string_view text{};  ///< Where the client brings the text again; else "".
};

/// GET /v1/audio/speech/{name}: goes on with a stream of any door behind the byte of Range, or behind the event of
/// Last-Event-ID; without either it begins anew. The bytes are those that the stream has, or would have had. Where they
/// would be others, since the server or the voice has changed, it begins anew and says so. Whatever sent the stream
/// before is cut. HEAD tells what is known. `book` null: there is nothing to resume.
[[nodiscard]] runtime::Awaitable<> resume_speech(delivery::SpeechHandler& speech, delivery::StreamBook* book,
                                                 Resumption resumption);

}  // namespace antiphon::api::openai
