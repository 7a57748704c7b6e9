#include "protocol/elevenlabs/models.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "protocol/elevenlabs/speech.h"

namespace antiphon::protocol::elevenlabs {
namespace {

using Json = nlohmann::ordered_json;

/// The models that clients of text-to-speech name. The v3 family has endpoints of its own (text-to-dialogue).
constexpr std::array<std::string_view, 7> kModels = {
    "eleven_multilingual_v2", "eleven_flash_v2_5",      "eleven_turbo_v2_5",     "eleven_flash_v2",
    "eleven_turbo_v2",        "eleven_multilingual_v1", "eleven_monolingual_v1",
};

}  // namespace

bool is_model(std::string_view id) { return std::ranges::find(kModels, id) != kModels.end(); }

std::string models_body(std::span<const std::string> languages, std::size_t max_characters) {
  Json spoken = Json::array();
  for (const auto& language : languages) spoken.push_back({{"language_id", language}, {"name", language}});
  Json list = Json::array();
  for (const auto id : kModels) {
    list.push_back({{"model_id", id},
                    {"name", id},
                    {"description", "An alias of this server's own way of speaking."},
                    {"can_do_text_to_speech", true},
                    {"can_do_voice_conversion", false},
                    {"can_be_finetuned", false},
                    {"can_use_style", false},
                    {"can_use_speaker_boost", false},
                    {"serves_pro_voices", false},
                    {"requires_alpha_access", false},
                    {"token_cost_factor", 1.0},
                    {"maximum_text_length_per_request", max_characters},
                    {"languages", spoken}});
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antiphon::protocol::elevenlabs
