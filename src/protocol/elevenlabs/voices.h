#pragma once

#include <span>
#include <string>

namespace antiphon::protocol::elevenlabs {

struct VoiceEntry {
  std::string id;
  std::string name;
  std::string language;  ///< BCP 47.
};

/// Answer to GET /v1/voices and /v2/voices. Voices have `voice_id` and `id`, since another API has that path too.
[[nodiscard]] std::string voices_body(std::span<const VoiceEntry> voices);
/// Answer to GET /v1/voices/{voice_id}.
[[nodiscard]] std::string voice_body(const VoiceEntry& voice);

}  // namespace antiphon::protocol::elevenlabs
