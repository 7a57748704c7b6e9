#pragma once

#include <filesystem>
#include <string_view>

#include "config/config.h"
#include "gateway/voice_directory.h"

namespace antiphon::cli {

/// The voices of the store, the preferred one first, with the configured aliases; OpenAI's thirteen names stand for
/// the first voice unless the configuration says otherwise. A folder that cannot be read is reported on stderr and
/// left out. Throws config::Error where voices.default is not there.
[[nodiscard]] gateway::VoiceDirectory open_voices(const config::Config& config);

/// Words for a store without voices.
[[nodiscard]] std::string no_voices(const std::filesystem::path& folder);

}  // namespace antiphon::cli
