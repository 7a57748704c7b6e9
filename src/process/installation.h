#pragma once

#include <filesystem>
#include <string_view>

namespace antiphon::process {

/// Returns the file or folder `relative` of the tree that this program belongs to, symbolic links resolved, so that the
/// tree can lie anywhere. The tree's root is the nearest folder above the program's file that has a folder
/// lib/antiphon: the prefix of an installation, or the folder of a build. Where there is none, it is the parent of the
/// program's folder. What is returned need not exist. The root is sought once, at the first call; any thread may call.
[[nodiscard]] std::filesystem::path installed(std::string_view relative);

/// Returns the root of the tree to which the program `program` belongs, as above.
[[nodiscard]] std::filesystem::path root_of(const std::filesystem::path& program);

}  // namespace antiphon::process
