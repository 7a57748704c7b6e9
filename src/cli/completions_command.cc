#include <fmt/core.h>

#include <memory>
#include <string>

#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/manual.h"

namespace antiphon::cli {

void add_completions(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("completions", "Print the completions of a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples:\n"
      "  source <(antiphon completions bash)\n"
      "  antiphon completions fish > ~/.config/fish/completions/antiphon.fish");
  command->callback([&app, shell, &chosen] {
    chosen = [&app, shell] {
      const auto program = table_of(app);
      const auto write = *shell == "bash" ? &bash_completions : *shell == "zsh" ? &zsh_completions : &fish_completions;
      fmt::print("{}", write(program));
      return 0;
    };
  });
}

void add_manual(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("manual", "Print the manual page antiphon(1)");
  command->footer("Example:\n  antiphon manual | man -l -");
  command->callback([&app, &chosen] {
    chosen = [&app] {
      fmt::print("{}", manual(table_of(app), ANTIPHON_VERSION));
      return 0;
    };
  });
}

}  // namespace antiphon::cli
