#pragma once

#include <filesystem>
#include <string>

namespace antiphon::cli {

/// Returns the first line of `file` without the blanks around it: a key, or the token of a machine's workers, as
/// `antiphon keys add` prints it. Throws config::Error where the file cannot be read or is larger than 1 MiB, and where
/// that line is empty, is longer than identity::kMostSecretBytes, or has anything but visible characters of ASCII.
[[nodiscard]] std::string read_secret(const std::filesystem::path& file);

}  // namespace antiphon::cli
