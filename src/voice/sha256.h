#pragma once

#include <filesystem>
#include <string>

#include "voice/error.h"

namespace antiphon::voice {

/// Returns the SHA-256 of a file's contents in 64 hexadecimal digits; the file is read in pieces. Error: kFileFailure.
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace antiphon::voice
