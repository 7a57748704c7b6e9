#pragma once

#include <cstdint>
#include <string>

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
};

}  // namespace antiphon::protocol::elevenlabs
