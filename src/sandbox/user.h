#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"

namespace antiphon::sandbox {

/// Where the process is root: becomes that user if all of `readable` can be read then; else the owner of what could not
/// be, if that is not root and can read all; else it stays root by name and gives up all capabilities. True when it
/// became somebody else, false when it was nobody special before. The error is a sentence that says why it kept its
/// name, and what to do about it. Only while there is one thread.
[[nodiscard]] base::Result<bool, std::string> drop_root(std::uint32_t user, std::uint32_t group,
                                                        std::span<const std::filesystem::path> readable);

}  // namespace antiphon::sandbox
