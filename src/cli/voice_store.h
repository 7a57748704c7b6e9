#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "config/config.h"
#include "delivery/voice_directory.h"
#include "voice/catalogue.h"

namespace antiphon::cli {

/// Returns the id of the default voice: voices.default of the configuration, else the one that the store names, else
/// the first of `voices`, which are those of the store by name; "" if there are none. What the store says and cannot be
/// done is reported on stderr. Throws config::Error where voices.default is not there.
[[nodiscard]] std::string default_of(const config::Config& config, std::span<const voice::CatalogueEntry> voices);

/// The voices of the store, the default one first, with the configured aliases; OpenAI's thirteen names stand for
/// the first voice unless the configuration says otherwise. A folder that cannot be read is reported on stderr and
/// left out. Throws config::Error where voices.default is not there.
[[nodiscard]] delivery::VoiceDirectory open_voices(const config::Config& config);

/// Writes what `voice` was seen to cost into its folder, for the next run. A failure is only logged. Blocks for a file.
void keep_cost(const delivery::ServedVoice& voice, const scheduler::CostModel::Prior& cost);

/// Returns where the source of a voice lies that came with the program. It need not exist.
[[nodiscard]] std::filesystem::path packaged_voice();

/// Words for a store without voices.
[[nodiscard]] std::string no_voices(const std::filesystem::path& folder);

}  // namespace antiphon::cli
