#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace antiphon::protocol::elevenlabs {

/// Whether the list has this model. There is one way of speaking here; every name stands for it.
[[nodiscard]] bool is_model(std::string_view id);

/// Answer to GET /v1/models where it is asked with an xi-api-key: a list. `languages` are those of all voices,
/// `max_characters` what one request may have.
[[nodiscard]] std::string models_body(std::span<const std::string> languages, std::size_t max_characters);

}  // namespace antiphon::protocol::elevenlabs
