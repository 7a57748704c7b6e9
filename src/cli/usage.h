#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace antiphon::cli {

/// What a person means by the words of a command line: `help` is --help, `help say` is `say --help`, and `version` is
/// --version. `words` are those behind the program's name.
[[nodiscard]] std::vector<std::string> as_meant(std::vector<std::string> words);

/// Returns what is wrong with a command that does not exist, with the one that was meant; nullopt where all commands of
/// `words` exist.
[[nodiscard]] std::optional<std::string> unknown_command(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace antiphon::cli
