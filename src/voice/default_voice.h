#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "voice/error.h"

/// Which voice of a store speaks where nothing else is said. The store keeps its id in a file of its own.
namespace antiphon::voice {

inline constexpr const char* kDefaultVoiceFile = ".default";

/// Returns the id, which need not be that of a voice that is there; nullopt where the store names none. Errors:
/// kFileFailure, kBadId.
[[nodiscard]] Result<std::optional<std::string>> read_default_voice(const std::filesystem::path& store);

/// Names a voice of the store, in one step. Errors: kBadId, kVoiceNotFound, kFileFailure.
[[nodiscard]] Result<void> write_default_voice(const std::filesystem::path& store, std::string_view id);

/// From now on the store names none. Error: kFileFailure.
[[nodiscard]] Result<void> clear_default_voice(const std::filesystem::path& store);

}  // namespace antiphon::voice
