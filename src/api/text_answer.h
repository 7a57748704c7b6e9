#pragma once

#include <string>

#include "delivery/speech_handler.h"
#include "http/message.h"
#include "identity/caller.h"
#include "runtime/awaitable.h"
#include "runtime/thread_pool.h"

namespace antiphon::api {

/// Answer to POST /v1/text: what would be spoken for a speech request, or the error that it would have. Reads at most
/// as much text as one request may have. A long one takes longer to show than the event loop has, so that it is
/// computed on `strand`. The references stay valid until it returns.
[[nodiscard]] runtime::Awaitable<http::Response> text_answer(const delivery::SpeechHandler& speech,
                                                             const http::Request& request,
                                                             const identity::Caller& caller, std::string request_id,
                                                             runtime::ThreadPool::Strand strand);

}  // namespace antiphon::api
