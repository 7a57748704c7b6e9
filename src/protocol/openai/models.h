#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace antiphon::protocol::openai {

/// Whether the lists have this model. There is one way of speaking here; every name stands for it.
[[nodiscard]] bool is_model(std::string_view id);

/// Answer to GET /v1/models.
[[nodiscard]] std::string models_body();
/// Answer to GET /v1/models/{id}; nothing for an unknown one.
[[nodiscard]] std::optional<std::string> model_body(std::string_view id);

/// Answer to GET /v1/audio/models, in the shape that Open WebUI reads.
[[nodiscard]] std::string speech_models_body();

struct VoiceEntry {
  std::string id;
  std::string name;
  std::string language;  ///< BCP 47.
  std::string engine{};  ///< Such as "piper".
};

/// Answer to GET /v1/audio/voices, in the shape that Open WebUI reads.
[[nodiscard]] std::string voices_body(std::span<const VoiceEntry> voices);

}  // namespace antiphon::protocol::openai
