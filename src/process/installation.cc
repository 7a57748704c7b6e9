#include "process/installation.h"

#include <system_error>

namespace antiphon::process {

std::filesystem::path root_of(const std::filesystem::path& program) {
  constexpr int kMostLevels = 8;  // The test programs lie so deep in the folder of a build.
  auto root = program.parent_path();
  for (int level = 0; level < kMostLevels; ++level) {
    std::error_code none;
    if (std::filesystem::is_directory(root / "lib/antiphon", none)) return root;
    if (!root.has_relative_path()) break;
    root = root.parent_path();
  }
  return program.parent_path().parent_path();
}

std::filesystem::path installed(std::string_view relative) {
  static const auto root = [] {
    std::error_code none;
    return root_of(std::filesystem::read_symlink("/proc/self/exe", none));
  }();
  std::error_code failed;
  const auto wanted = root / relative;
  auto resolved = std::filesystem::weakly_canonical(wanted, failed);
  return failed ? wanted : resolved;
}

}  // namespace antiphon::process
