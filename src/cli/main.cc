#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <utility>

#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/usage.h"
#include "runtime/log.h"

namespace {

constexpr int kWrongUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Antiphon speaks to many listeners at once in real time.", "antiphon");
  app.set_version_flag("--version", fmt::format("antiphon {} ({})", ANTIPHON_VERSION, antiphon::cli::build_commit()));
  antiphon::cli::explain(app);
  app.require_subcommand(1);
  antiphon::cli::Run chosen;
  antiphon::cli::add_serve(app, chosen);
  antiphon::cli::add_say(app, chosen);
  antiphon::cli::add_text(app, chosen);
  antiphon::cli::add_voices(app, chosen);
  antiphon::cli::add_probe(app, chosen);
  antiphon::cli::add_doctor(app, chosen);
  antiphon::cli::add_bench(app, chosen);
  antiphon::cli::add_top(app, chosen);
  antiphon::cli::add_simulate(app, chosen);
  antiphon::cli::add_keys(app, chosen);
  antiphon::cli::add_config(app, chosen);
  antiphon::cli::add_worker(app, chosen);
  antiphon::cli::add_completions(app, chosen);
  antiphon::cli::add_manual(app, chosen);
  app.footer(
      "Examples:\n"
      "  antiphon serve                                  listeners at http://127.0.0.1:8080/\n"
      "  antiphon say \"Good morning.\" -o morning.mp3    speak without a server\n"
      "  antiphon voices list                            which voices there are\n"
      "'antiphon help COMMAND' says more about one.");
  try {
    auto words = antiphon::cli::as_meant({argv + 1, argv + argc});
    if (const auto complaint = antiphon::cli::unknown_command(app, words)) {
      antiphon::runtime::complain("wrong_usage", *complaint);
      return kWrongUsage;
    }
    std::ranges::reverse(words);  // as the library takes them
    app.parse(std::move(words));
    return chosen();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  } catch (const std::exception& error) {
    antiphon::runtime::complain("failed", error.what());
    return 1;
  }
}
