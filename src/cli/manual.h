#pragma once

#include <string>
#include <string_view>

#include "cli/command_table.h"

namespace antiphon::cli {

/// Returns the page antiphon(1) in roff, with the macros of man(7): the commands of the table, and the keys of the
/// configuration. The same program gives the same bytes.
[[nodiscard]] std::string manual(const CommandRow& program, std::string_view version);

}  // namespace antiphon::cli
