#pragma once

#include <string_view>

#include "delivery/stream_book.h"
#include "http/message.h"
#include "identity/caller.h"
#include "progress/record.h"
#include "protocol/error.h"
#include "runtime/awaitable.h"

namespace antiphon::api::openai {

/// What a request for speech is about.
struct KeyedStream {
  progress::StreamName name;
  bool known = false;  ///< An earlier request with the same key began it, and it can be resumed.
};

/// Finds the stream of a request by its Idempotency-Key, which counts for one API key; without one, a new stream. An
/// earlier request with that key that is still being answered, or waits, is cut by what follows. Errors: kInvalidValue
/// where the key is not 1 to 255 visible characters of ASCII; kKeyReused where it came with another body.
[[nodiscard]] runtime::Awaitable<protocol::Result<KeyedStream>> stream_of(delivery::StreamBook& book,
                                                                          const http::Request& request,
                                                                          const identity::Caller& caller);

}  // namespace antiphon::api::openai
