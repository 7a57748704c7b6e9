#pragma once

#include <chrono>
#include <filesystem>

#include "file/error.h"
#include "process/fd.h"

namespace antiphon::file {

/// While it lives, no other process or thread has the lock of the same file: for processes that read a file, change
/// what it says and replace it. It is taken on an empty file beside it, `NAME.lock`, which stays there, readable by the
/// owner alone. The system gives it up for a process that ends.
class Lock {
 public:
  /// Waits for at most `patience`. `path` need not be there, but its folder must. Errors: kOpen, kLocked.
  [[nodiscard]] static Result<Lock> take(const std::filesystem::path& path,
                                         std::chrono::milliseconds patience = std::chrono::seconds(20));

 private:
  explicit Lock(process::Fd fd) : fd_(std::move(fd)) {}

  process::Fd fd_;
};

}  // namespace antiphon::file
