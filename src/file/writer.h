#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "file/error.h"
#include "process/fd.h"

namespace antiphon::file {

/// The name of a fresh file beside the one called `name`: hidden, with 64 random bits.
[[nodiscard]] std::string random_draft_name(std::string_view name);

/// What commit() waits for.
enum class Durability : std::uint8_t {
  kDisk,    ///< The bytes are on the disk: a loss of power leaves the old file or the new one.
  kMemory,  ///< Nothing: after a loss of power the file may be empty. For what can be learnt again.
};

struct WriteOptions {
  mode_t mode =
      0666;  ///< Permissions of the file, less what the process's umask takes; those of an old one do not count.
  std::string (*draft_name)(std::string_view name) = random_draft_name;  ///< How fresh files are called.
  Durability durability = Durability::kDisk;
};

/// Writes a file in pieces. A regular file is replaced at once, by commit(): until then, and after any error, it is
/// what it was. Symbolic links are followed and stay. What is no regular file (a device, a pipe, a terminal, standard
/// output by any of its names) is written through and stays what it is. Blocks. One thread.
class Writer {
 public:
  /// As root, the file keeps the owner of the one that it replaces. Error: kOpen.
  [[nodiscard]] static Result<Writer> open(const std::filesystem::path& path, const WriteOptions& options = {});
  /// Writes through a descriptor, which stays open. `name` is for messages. Error: kOpen.
  [[nodiscard]] static Result<Writer> through(int descriptor, std::string name);
  Writer(Writer&& other) noexcept;
  Writer& operator=(Writer&&) = delete;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  /// Removes the fresh file unless it was committed.
  ~Writer();

  /// Takes all of the bytes. Error: kWrite.
  [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
  /// Writes over the beginning. Only where replaces(), and not beyond what was written. Error: kWrite.
  [[nodiscard]] Result<void> write_beginning(std::span<const std::byte> bytes);
  /// All was written: it is on the disk and under its name, or nothing has changed. Call it once. Errors: kWrite,
  /// kRename.
  [[nodiscard]] Result<void> commit();

  /// Whether a fresh file takes the place of the path. Else each write() has reached its reader.
  [[nodiscard]] bool replaces() const { return !draft_.empty(); }
  [[nodiscard]] bool is_terminal() const;

 private:
  Writer(std::filesystem::path path, process::Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  [[nodiscard]] static Result<Writer> open_through(const std::filesystem::path& path,
                                                   const std::filesystem::path& place, bool is_descriptor);

  std::filesystem::path path_;  ///< As it was given.
  process::Fd fd_;
  process::Fd folder_;  ///< Where the draft lies.
  std::string name_;    ///< What the draft will be called.
  std::string draft_;   ///< "" = none: written through, or committed.
  Durability durability_ = Durability::kDisk;
};

/// Writes a whole file by a Writer. Errors: kOpen, kWrite, kRename.
[[nodiscard]] Result<void> replace(const std::filesystem::path& path, std::string_view bytes,
                                   const WriteOptions& options = {});

}  // namespace antiphon::file
