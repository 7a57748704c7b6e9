#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/elevenlabs/error.h"
#include "protocol/elevenlabs/output_format.h"
#include "protocol/elevenlabs/speech.h"

namespace antiphon::protocol::elevenlabs {

inline constexpr std::chrono::seconds kInactivityTimeout{20};
inline constexpr std::chrono::seconds kMostInactivityTimeout{180};

/// The query of a speech request or of a WebSocket.
struct Query {
  OutputFormat output_format;
  std::string model_id;                                          ///< "" where absent.
  std::chrono::seconds inactivity_timeout = kInactivityTimeout;  ///< 1 s to kMostInactivityTimeout; WebSockets only.
  bool auto_mode = false;  ///< Each message's text is whole sentences: speak it as it comes. WebSockets only.
  bool ssml = false;       ///< The text is SSML, and is read as that whatever the server does else.
  bool logging = true;     ///< `enable_logging`: without it nothing of the request is kept for others.
  std::optional<std::uint64_t> seed{};  ///< Seed of a WebSocket's utterances, and of a request whose body has none.
};

/// Reads and checks the part of a target after its '?', percent-encoded and bounded by the HTTP server. Unknown keys
/// are ignored; of a key that comes twice the last counts. What is true or false may be written as in most languages
/// (`true`, `True`, `1`, `yes`, `on`). Errors: kBadRequest, kInvalidValue, kUnsupported, kUnsupportedFormat,
/// kUnknownModel; all but the first name the key.
[[nodiscard]] Result<Query> parse_query(std::string_view query, Models models = Models::kAny);

/// Returns the API key that such a query brings as `xi-api-key`, `xi_api_key` or `authorization`, as web pages do that
/// can set no header for a WebSocket; "" where it brings none. At most kMaxNameCharacters bytes. Not to be logged.
[[nodiscard]] std::string api_key_in(std::string_view query);

}  // namespace antiphon::protocol::elevenlabs
