#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"

namespace antiphon::sandbox {

/// Lets the process read below `readable` and `devices` and nowhere else, write to and control `devices` and nothing
/// else, and open no connection. Needs no_new_privs.
/// Returns the version of Landlock; the error is a sentence. A path that does not exist is left out.
[[nodiscard]] base::Result<int, std::string> guard_files(std::span<const std::filesystem::path> readable,
                                                         std::span<const std::filesystem::path> devices = {});

}  // namespace antiphon::sandbox
