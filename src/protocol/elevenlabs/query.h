#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "protocol/elevenlabs/error.h"
#include "protocol/elevenlabs/output_format.h"

namespace antiphon::protocol::elevenlabs {

inline constexpr std::chrono::seconds kInactivityTimeout{20};
inline constexpr std::chrono::seconds kMostInactivityTimeout{180};

/// The query of a speech request or of a WebSocket.
struct Query {
  OutputFormat output_format;
  std::string model_id;                                          ///< "" where absent; a known one else.
  std::chrono::seconds inactivity_timeout = kInactivityTimeout;  ///< 1 s to kMostInactivityTimeout; WebSockets only.
  bool auto_mode = false;  ///< Each message's text is whole sentences: speak it as it comes. WebSockets only.
};

/// Reads and checks the part of a target after its '?', percent-encoded and bounded by the HTTP server. Unknown keys
/// are ignored; of a key that comes twice the last counts. Errors: kBadRequest, kInvalidValue, kUnsupported,
/// kUnsupportedFormat, kUnknownModel; all but the first name the key.
[[nodiscard]] Result<Query> parse_query(std::string_view query);

}  // namespace antiphon::protocol::elevenlabs
