#pragma once

#include <CLI/CLI.hpp>

namespace antiphon::cli {

/// The group of options that only measurements and comparisons need. --help leaves them out and says so.
inline constexpr const char* kResearchGroup = "Research options";

/// Gives `app`, and the commands that are added to it afterwards, --help without the research options and --help-all
/// with them.
void explain(CLI::App& app);

}  // namespace antiphon::cli
