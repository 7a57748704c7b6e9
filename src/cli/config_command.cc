#include <fmt/core.h>

#include <memory>

#include "cli/commands.h"
#include "cli/settings.h"

namespace antiphon::cli {

void add_config(CLI::App& app, Run& chosen) {
  struct Flags {
    Settings settings;
    bool markdown = false;
  };
  auto* const command = app.add_subcommand("config", "Print the effective configuration, with every key explained");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  command->add_flag("--markdown", flags->markdown, "Print the page docs/configuration.md instead");
  command->callback([flags, &chosen] {
    chosen = [flags] {
      fmt::print("{}", flags->markdown ? config::to_markdown() : config::to_toml(flags->settings.load()));
      return 0;
    };
  });
}

}  // namespace antiphon::cli
