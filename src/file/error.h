#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

/// Files that the program replaces: written whole or not at all.
namespace antiphon::file {

enum class Errc : std::uint8_t {
  kOpen,    ///< The file, or a fresh one beside it, cannot be opened.
  kWrite,   ///< The disk is full, the reader has gone, or the system refused for another reason.
  kRename,  ///< The fresh file cannot take the place of the old one.
  kLocked,  ///< Another process held the lock for too long.
};

struct Error {
  Errc code = Errc::kOpen;
  std::string message;  ///< The path and the system's reason, such as "/a/b.wav: No space left on device".
};

template <class T>
using Result = base::Result<T, Error>;

/// The error of the system `number` (errno) about `path`.
[[nodiscard]] Error error_of(Errc code, const std::filesystem::path& path, int number);

}  // namespace antiphon::file
