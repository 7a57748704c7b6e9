#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// The program's commands and options as data, from which the shells' completions and the manual are written.
namespace antiphon::cli {

/// What a value can be completed to.
enum class Completion : std::uint8_t {
  kNone,     ///< A number, for example.
  kChoices,  ///< One of a few words.
  kVoices,   ///< The voices of the store.
  kFiles,
};

/// An option, or a word that a command takes.
struct OptionRow {
  std::vector<std::string> names;    ///< Such as "-o" and "--output"; of a word its name, without hyphens.
  std::string value;                 ///< The kind of its value, such as "TEXT"; empty: it takes none.
  std::vector<std::string> choices;  ///< With Completion::kChoices alone.
  Completion completion = Completion::kNone;
  std::string about;
};

/// A command with those below it.
struct CommandRow {
  std::string path;  ///< Its words behind the program's name, such as "voices add"; empty: the program.
  std::string name;  ///< The last of them; the program's own name of the program.
  std::string about;
  std::string footer;              ///< Its examples.
  std::vector<OptionRow> options;  ///< All, those for research too.
  std::vector<OptionRow> words;    ///< In their order.
  std::vector<CommandRow> commands;
};

/// Reads the table of `app`, which has its commands already.
[[nodiscard]] CommandRow table_of(const CLI::App& app);

/// Calls `visit` with `row` and with all below it, a command before those below.
void each_command(const CommandRow& row, const std::function<void(const CommandRow&)>& visit);

/// Returns the first sentence of `text`, in one line and without its full stop.
[[nodiscard]] std::string first_sentence(const std::string& text);

/// Returns `text` with every `what` in it replaced.
[[nodiscard]] std::string replaced(std::string text, const std::string& what, const std::string& with);

}  // namespace antiphon::cli
