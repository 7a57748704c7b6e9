#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "voice/error.h"
#include "voice/manifest.h"

namespace antiphon::engine::kokoro {

// Names of the files of a prepared voice, beside its manifest.json.
inline constexpr const char* kPlanFile = "plan.onnx";      ///< Tokens and a style to durations, features and curves.
inline constexpr const char* kRenderFile = "render.onnx";  ///< Features, curves and a style to sound.

/// All about a prepared Kokoro voice: the contents of its folder's manifest.json. parse_manifest checks each range.
struct Manifest {
  std::string id;                     ///< See voice::valid_voice_id().
  std::string language;               ///< BCP 47, at most 35 characters.
  std::vector<std::string> speakers;  ///< Names of the styles, 1 to 64 bytes each; at most 4,096.
  std::uint32_t channels = 0;         ///< Width of the features of a frame, 1 to kMostChannels.
  double max_segment_seconds = 10;    ///< Above 0, to 60.
  std::string source_sha256;          ///< SHA-256 of what was prepared.
  /// All but the manifest itself: the names above, and data of the reader under names of its own.
  std::vector<voice::FileDigest> files;
  std::optional<voice::Costs> costs;  ///< Measured when the voice was prepared.
  std::optional<double> gain_db;      ///< See voice::Manifest.

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// Names of files that the reader of texts may have in a voice's folder.
[[nodiscard]] const std::vector<std::string>& reader_files();

/// sha256, in hex, over all that decides the voice's bytes: not its id, language, source, costs or gain.
[[nodiscard]] std::string identity_of(const Manifest& manifest);

/// Error: kManifestInvalid. An unknown key is an error: it belongs to another version of the format.
[[nodiscard]] voice::Result<Manifest> parse_manifest(std::string_view json);

/// The JSON text; parse_manifest of it gives the same manifest back.
[[nodiscard]] std::string to_json(const Manifest& manifest);

/// Reads `folder`/manifest.json, at most 4 MiB. Errors: kVoiceNotFound, kManifestInvalid.
[[nodiscard]] voice::Result<Manifest> read_manifest(const std::filesystem::path& folder);

/// Replaces `folder`/manifest.json in one step. Error: kFileFailure.
[[nodiscard]] voice::Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

/// Whether the manifest in `folder` says that it is one of this engine.
[[nodiscard]] bool is_kokoro(const std::filesystem::path& folder);

}  // namespace antiphon::engine::kokoro
