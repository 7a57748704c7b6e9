#include "protocol/elevenlabs/voices.h"

#include <nlohmann/json.hpp>

namespace antiphon::protocol::elevenlabs {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json voice_json(const VoiceEntry& voice) {
  return {{"voice_id", voice.id},
          {"id", voice.id},
          {"name", voice.name},
          {"category", "premade"},
          {"description", nullptr},
          {"preview_url", nullptr},
          {"labels", {{"language", voice.language}}},
          {"language", voice.language},
          {"available_for_tiers", Json::array()},
          {"settings", nullptr}};
}

}  // namespace

std::string voices_body(std::span<const VoiceEntry> voices) {
  Json list = Json::array();
  for (const auto& voice : voices) list.push_back(voice_json(voice));
  return dumped(
      {{"voices", std::move(list)}, {"has_more", false}, {"total_count", voices.size()}, {"next_page_token", nullptr}});
}

std::string voice_body(const VoiceEntry& voice) { return dumped(voice_json(voice)); }

}  // namespace antiphon::protocol::elevenlabs
