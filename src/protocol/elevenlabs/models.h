#pragma once

#include <span>
#include <string>
#include <string_view>

namespace antiphon::protocol::elevenlabs {

/// Whether a client may ask for this model. There is one way of speaking here; every name stands for it.
[[nodiscard]] bool is_model(std::string_view id);

/// Answer to GET /v1/models where it is asked with an xi-api-key: a list. `languages` are those of all voices.
[[nodiscard]] std::string models_body(std::span<const std::string> languages);

}  // namespace antiphon::protocol::elevenlabs
