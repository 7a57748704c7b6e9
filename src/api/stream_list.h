#pragma once

#include <span>
#include <string>

#include "delivery/stream_book.h"
#include "delivery/voice_directory.h"
#include "http/message.h"
#include "runtime/awaitable.h"

namespace antiphon::api {

/// GET /v1/streams: the live streams of all cells that share a store, a page of them; see docs/http.md. `book` null:
/// there are none that can be listed.
[[nodiscard]] runtime::Awaitable<http::Response> list_streams(delivery::StreamBook* book,
                                                              const delivery::VoiceDirectory& voices, std::string query,
                                                              std::string request_id);

/// The body of a page. `most`: records that it may have; one more tells that there are more.
[[nodiscard]] std::string stream_page(std::span<const progress::Record> records, std::size_t most,
                                      const delivery::VoiceDirectory& voices);

}  // namespace antiphon::api
