#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"

namespace antiphon::sandbox {

/// Where the process is root: becomes that user if he can read all of `readable`; else it stays root by name and gives
/// up all capabilities. True when it became somebody else, false when it was nobody special before. The error is a
/// sentence that says why it kept its name. Only while there is one thread.
[[nodiscard]] base::Result<bool, std::string> drop_root(std::uint32_t user, std::uint32_t group,
                                                        std::span<const std::filesystem::path> readable);

}  // namespace antiphon::sandbox
