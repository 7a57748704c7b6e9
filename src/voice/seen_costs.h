#pragma once

#include <filesystem>
#include <optional>

#include "voice/error.h"

namespace antiphon::voice {

inline constexpr const char* kSeenCostsFile = "costs.json";

/// What speaking with a voice was last seen to cost on this machine: where the next run begins to estimate.
struct SeenCosts {
  double fixed_seconds = 0;  ///< Fixed time of each chunk, 0 to 10.
  double render_ratio = 0;   ///< Worker-seconds per audio-second, above 0, to 100.
  double plan_ratio = 0;     ///< The same of planning.
  friend bool operator==(const SeenCosts&, const SeenCosts&) = default;
};

/// Of the voice in `folder`: what was last seen, else what its preparation measured; nothing where neither is known or
/// can be read, since it is only a guess to begin with.
[[nodiscard]] std::optional<SeenCosts> read_seen_costs(const std::filesystem::path& folder);

/// What a server has seen the voice in `folder` cost; nullopt where none has spoken with it, or it cannot be read.
[[nodiscard]] std::optional<SeenCosts> read_costs_in_service(const std::filesystem::path& folder);

/// Replaces it in one step. Errors: kManifestInvalid (out of range), kFileFailure.
[[nodiscard]] Result<void> write_seen_costs(const std::filesystem::path& folder, const SeenCosts& costs);

}  // namespace antiphon::voice
