#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

/// Takes from a process what it does not need, for good. For processes that compute on what others have sent.
namespace antiphon::sandbox {

using Paths = std::vector<std::filesystem::path>;

struct Options {
  /// Files and folders that it may read, besides the system's libraries and what the system says about processors and
  /// memory. What does not exist is left out. Symbolic links are followed now, and not later.
  Paths readable;
  /// Device files that it may also write to, and control. Where there are some, its driver may ask the system for what
  /// ends others; it is refused that (see filter.h).
  Paths devices;
  /// Who it becomes when it was started as root, if that user can read all of `readable`.
  std::uint32_t user = 65'534;
  std::uint32_t group = 65'534;
  std::uint64_t open_files = 256;   ///< RLIMIT_NOFILE.
  std::uint64_t address_space = 0;  ///< RLIMIT_AS in bytes; 0: as it is.
};

/// What is in force now. What the system refuses is left out, and said.
struct Confinement {
  bool system_calls = false;         ///< Only those that computing needs; see filter.h.
  int landlock = 0;                  ///< Version of Landlock that guards files; 0: none.
  bool user_dropped = false;         ///< It was root and is not any more.
  std::vector<std::string> missing;  ///< Why something is not in force, one sentence each.
};

/// Confines the process and all its future threads. Call it before the first thread starts, with everything open that
/// has to be opened for writing. The signal at the parent's death stays as it is. No error ends it half-way: each guard
/// stands by itself.
[[nodiscard]] Confinement confine(const Options& options);

}  // namespace antiphon::sandbox
