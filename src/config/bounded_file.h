#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace antiphon::config {

/// Reads a whole file of at most `most_mib` MiB. Throws config::Error.
[[nodiscard]] std::string read_bounded(const std::filesystem::path& file, std::size_t most_mib);

}  // namespace antiphon::config
