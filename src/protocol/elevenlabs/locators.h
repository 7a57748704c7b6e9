#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/elevenlabs/error.h"
#include "protocol/json/object.h"

namespace antiphon::protocol::elevenlabs {

/// ElevenLabs itself takes three.
inline constexpr std::size_t kMostLocators = 8;

/// Reads "pronunciation_dictionary_locators": the names of dictionaries, in the order in which they are asked. Their
/// versions are ignored. Errors: kInvalidType, kInputTooLong.
[[nodiscard]] std::vector<std::string> read_locators(json::Fields<Error>& fields);

}  // namespace antiphon::protocol::elevenlabs
