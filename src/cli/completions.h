#pragma once

#include <string>

#include "cli/command_table.h"

/// The completions of shells, written from the table of commands. Names of voices are asked of the program when they
/// are completed.
namespace antiphon::cli {

/// For /usr/share/bash-completion/completions; bash 4 or newer.
[[nodiscard]] std::string bash_completions(const CommandRow& program);

/// For a folder of zsh's $fpath, as _antiphon.
[[nodiscard]] std::string zsh_completions(const CommandRow& program);

/// For /usr/share/fish/vendor_completions.d; fish 3 or newer.
[[nodiscard]] std::string fish_completions(const CommandRow& program);

}  // namespace antiphon::cli
