#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <exception>

#include "cli/build_info.h"
#include "cli/commands.h"
#include "runtime/log.h"

int main(int argc, char** argv) {
  CLI::App app("Antiphon speaks to many listeners at once in real time.", "antiphon");
  app.set_version_flag("--version", fmt::format("antiphon {} ({})", ANTIPHON_VERSION, antiphon::cli::build_commit()));
  app.require_subcommand(1);
  antiphon::cli::Run chosen;
  antiphon::cli::add_serve(app, chosen);
  antiphon::cli::add_say(app, chosen);
  antiphon::cli::add_text(app, chosen);
  antiphon::cli::add_voices(app, chosen);
  antiphon::cli::add_bench(app, chosen);
  antiphon::cli::add_simulate(app, chosen);
  antiphon::cli::add_keys(app, chosen);
  antiphon::cli::add_config(app, chosen);
  antiphon::cli::add_worker(app, chosen);
  try {
    app.parse(argc, argv);
    return chosen();
  } catch (const CLI::ParseError& error) {
    constexpr int kWrongUsage = 2;
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  } catch (const std::exception& error) {
    antiphon::runtime::complain("failed", error.what());
    return 1;
  }
}
