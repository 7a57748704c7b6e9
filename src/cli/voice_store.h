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

/// Writes what `voice` was seen to cost into its folder, for the next run. A failure is only logged. Blocks for a file.
void keep_cost(const gateway::ServedVoice& voice, const scheduler::CostModel::Prior& cost);

/// Returns where the source of a voice lies that came with the program. It need not exist.
[[nodiscard]] std::filesystem::path packaged_voice();

/// Words for a store without voices.
[[nodiscard]] std::string no_voices(const std::filesystem::path& folder);

}  // namespace antiphon::cli
