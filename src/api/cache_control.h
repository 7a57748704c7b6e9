#pragma once

#include "delivery/speech_order.h"
#include "http/message.h"

namespace antiphon::api {

/// What the client lets the cache of audio do, by the directives of its Cache-Control (RFC 9111, section 5.2.1):
/// `no-store` neither reads nor keeps, `no-cache` and `max-age=0` do not read; the others are left alone. Every field
/// of that name counts.
[[nodiscard]] delivery::CacheUse cache_use(const http::Headers& headers);

}  // namespace antiphon::api
