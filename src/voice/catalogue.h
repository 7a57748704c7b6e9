#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "file/lock.h"
#include "voice/error.h"

namespace antiphon::voice {

/// What every voice's manifest says, whichever engine speaks it.
struct CatalogueEntry {
  std::string id;  ///< Also the name of its folder.
  std::string engine;
  std::string language;
  std::uint32_t sample_rate = 0;
  std::vector<std::string> speakers;  ///< Empty for one unnamed speaker.
  std::filesystem::path folder;       ///< Absolute.
  /// When the manifest was written, in the file system's ticks: another time after the voice was prepared anew.
  std::int64_t written = 0;
  std::optional<double> gain_db = {};  ///< See Manifest; nothing where the manifest has none.
  std::string identity = {};           ///< Hash of all that decides its bytes, where the manifest says so; "" else.
  std::string source_sha256 =
      {};  ///< SHA-256 of the model that it was prepared from; "" where the manifest names none.
};

/// A store of voices: one folder each.
struct Catalogue {
  std::vector<CatalogueEntry> voices;  ///< By id.
  std::vector<Error> faults;           ///< One for each folder that is not a readable voice.
};

/// Reads the manifests of a store, at most 4,096 folders. A store that does not exist is empty. Error: kFileFailure.
[[nodiscard]] Result<Catalogue> read_catalogue(const std::filesystem::path& store);

/// While it lives, no other process or thread puts a voice into the store or changes one there. Error: kFileFailure.
[[nodiscard]] Result<file::Lock> lock_store(const std::filesystem::path& store);

/// Returns how many bytes the files of a voice have.
[[nodiscard]] std::uint64_t bytes_of(const CatalogueEntry& voice);

/// Removes a voice with all its files. Errors: kBadId, kVoiceNotFound, kFileFailure.
[[nodiscard]] Result<void> remove_voice(const std::filesystem::path& store, std::string_view id);

}  // namespace antiphon::voice
