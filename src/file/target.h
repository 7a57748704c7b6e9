#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "file/error.h"

/// For the sources of this module.
namespace antiphon::file {

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

/// Where what is written to a path belongs.
struct Target {
  enum class Way : std::uint8_t {
    kReplace,  ///< A regular file, or nothing yet: a fresh file takes its place.
    kThrough,  ///< A device, a pipe, a socket or a descriptor of a process: it is opened and stays what it is.
  };
  Way way = Way::kReplace;
  std::filesystem::path place;   ///< The path with its symbolic links followed.
  std::optional<Owner> owner{};  ///< Owner of the regular file that is there.
  /// The place is an entry of /proc/PID/fd, whose link cannot be followed by its text.
  bool is_descriptor = false;

  [[nodiscard]] std::filesystem::path folder() const;
  [[nodiscard]] std::string name() const { return place.filename().string(); }
};

/// Follows the symbolic links of `path`, at most 40, so that the last node is written and no link is replaced. Error:
/// kOpen; for a folder, too.
[[nodiscard]] Result<Target> find_target(const std::filesystem::path& path);

}  // namespace antiphon::file
