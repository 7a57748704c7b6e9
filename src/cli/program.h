#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "process/child.h"

namespace antiphon::cli {

/// Runs a program to its end, which blocks. Its standard output is discarded, its standard error is this process's.
/// Throws std::runtime_error where it cannot be started.
[[nodiscard]] process::ExitStatus run_program(const std::filesystem::path& program, std::vector<std::string> arguments);

}  // namespace antiphon::cli
