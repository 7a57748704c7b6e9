#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace antiphon::protocol::elevenlabs {

/// What stands behind a path below /v1/text-to-speech/{voice_id}.
enum class Endpoint : std::uint8_t {
  kSpeech,             ///< POST "" and "/stream": the body is audio.
  kTimedSpeech,        ///< POST "/with-timestamps": one JSON object.
  kTimedSpeechStream,  ///< POST "/stream/with-timestamps": a JSON object a line.
  kStreamInput,        ///< WebSocket "/stream-input".
  kMultiStreamInput,   ///< WebSocket "/multi-stream-input".
};

struct Route {
  Endpoint endpoint = Endpoint::kSpeech;
  std::string voice_id;  ///< Not empty, without '/'.
  friend bool operator==(const Route&, const Route&) = default;
};

/// `path` is percent-decoded. Nothing for a path that is none of these.
[[nodiscard]] std::optional<Route> parse_route(std::string_view path);

}  // namespace antiphon::protocol::elevenlabs
