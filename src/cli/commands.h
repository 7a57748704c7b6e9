#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace antiphon::cli {

/// What the chosen subcommand does; its result is the exit status: 0 done, 1 failed, 2 wrong usage.
using Run = std::function<int()>;

/// Each declares a subcommand of `app` with its flags, and sets `chosen` when the command line asks for it.
void add_serve(CLI::App& app, Run& chosen);
void add_doctor(CLI::App& app, Run& chosen);
void add_bench(CLI::App& app, Run& chosen);
void add_top(CLI::App& app, Run& chosen);
void add_simulate(CLI::App& app, Run& chosen);
void add_worker(CLI::App& app, Run& chosen);
void add_say(CLI::App& app, Run& chosen);
void add_text(CLI::App& app, Run& chosen);
void add_voices(CLI::App& app, Run& chosen);
void add_keys(CLI::App& app, Run& chosen);
void add_config(CLI::App& app, Run& chosen);
void add_probe(CLI::App& app, Run& chosen);
void add_completions(CLI::App& app, Run& chosen);
void add_manual(CLI::App& app, Run& chosen);

}  // namespace antiphon::cli
