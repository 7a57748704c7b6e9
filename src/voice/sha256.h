#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "voice/error.h"

namespace antiphon::voice {

/// In 64 hexadecimal digits.
[[nodiscard]] std::string sha256_of(std::string_view bytes);

/// Of a file's contents, read in pieces. Error: kFileFailure.
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace antiphon::voice
