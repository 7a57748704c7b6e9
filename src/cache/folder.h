#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cache/audio.h"
#include "file/error.h"
#include "file/lock.h"

namespace antiphon::cache {

/// The files of a cache, one for each entry, named by its key alone. Every function blocks; one thread at a time.
class Folder {
 public:
  /// Makes the folder where there is none, for its owner alone, and locks it: no other process may use it meanwhile.
  /// The error is a sentence.
  [[nodiscard]] static base::Result<Folder, std::string> open(const std::filesystem::path& path);

  struct Found {
    Key key{};
    std::size_t bytes = 0;     ///< What it takes of the disk: see bytes_on_disk().
    std::int64_t used_ns = 0;  ///< When it was last read or written, since 1970.
  };
  /// Returns the entries that are there, the one that was used longest ago first, without reading them. Removes drafts
  /// of files that were never finished; other files are left alone.
  [[nodiscard]] std::vector<Found> list() const;

  enum class ReadError : std::uint8_t {
    kMissing,  ///< There is none, or it cannot be read.
    kDamaged,  ///< It was not what was written, and is removed.
  };
  /// Reads an entry, which counts as used now.
  [[nodiscard]] base::Result<Audio, ReadError> read(const Key& key) const;
  /// Writes an entry, whole or not at all. Does not wait for the disk: after a loss of power the entry may be damaged,
  /// which read() finds. Errors: as file::Writer has them.
  [[nodiscard]] file::Result<void> write(const Key& key, const Audio& audio) const;
  void remove(const Key& key) const;

 private:
  Folder(std::filesystem::path path, file::Lock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  file::Lock lock_;
};

/// Returns 64 hexadecimal digits and ".pcm".
[[nodiscard]] std::string file_name(const Key& key);
/// Returns nullopt for any other name.
[[nodiscard]] std::optional<Key> parse_file_name(std::string_view name);
/// Returns what an entry of so many samples takes of the disk, in whole blocks of 4 KiB, so that the number of entries
/// is bounded with their bytes.
[[nodiscard]] std::size_t bytes_on_disk(std::size_t samples);

}  // namespace antiphon::cache
