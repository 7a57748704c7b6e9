#include "cli/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "config/config.h"
#include "config/keys.h"
#include "config/variables.h"

namespace antiphon::cli {
namespace {

/// `text` so that roff shows it as it is: in the middle of a line.
std::string shown(const std::string& text) {
  return replaced(replaced(replaced(replaced(text, "\\", "\\e"), "-", "\\-"), "`", "\\(ga"), "'", "\\(aq");
}

/// The same for lines of their own, which neither a full stop nor an apostrophe may begin.
std::string paragraph(const std::string& text) { return "\\&" + replaced(shown(text), "\n", "\n.br\n\\&") + "\n"; }

std::string option_entry(const OptionRow& option) {
  std::vector<std::string> names;
  for (const auto& name : option.names) names.push_back("\\fB" + shown(name) + "\\fR");
  auto entry = fmt::format(".TP\n{}", fmt::join(names, ", "));
  if (!option.choices.empty()) {
    std::vector<std::string> choices;
    for (const auto& choice : option.choices) choices.push_back("\\fB" + shown(choice) + "\\fR");
    entry += fmt::format(" {}", fmt::join(choices, "|"));
  } else if (!option.value.empty() && option.names.front().starts_with('-')) {
    entry += " \\fI" + shown(option.value) + "\\fR";
  }
  return entry + "\n" + paragraph(option.about.empty() ? "See above." : option.about);
}

std::string command_section(const CommandRow& row) {
  auto title = "antiphon " + row.path;
  if (!row.options.empty()) title += " [options]";
  for (const auto& word : row.words) title += " " + word.names.front();
  if (!row.commands.empty()) title += " command";
  auto section = ".SS \"" + shown(title) + "\"\n" + paragraph(row.about);
  for (const auto& word : row.words) section += option_entry(word);
  for (const auto& option : row.options) {
    if (!option.names.back().starts_with("--help")) section += option_entry(option);
  }
  if (!row.footer.empty()) section += ".PP\n.nf\n" + replaced(paragraph(row.footer), "\n.br\n", "\n") + ".fi\n";
  return section;
}

std::string configuration() {
  std::string section =
      ".SH CONFIGURATION\nWhat no flag says is read from the variable of the environment that stands beside the key, "
      "then from the TOML file that \\fB\\-\\-config\\fR names. \\fBantiphon config\\fR shows what is in force.\n";
  const config::Config defaults;
  config::each_key(defaults, [&](const config::Key& key, const auto&) {
    section +=
        fmt::format(".TP\n\\fB{}.{}\\fR, \\fB{}\\fR\n{}", shown(std::string(key.section)), shown(std::string(key.name)),
                    shown(config::variable_of(key)), paragraph(std::string(key.doc)));
  });
  return section;
}

}  // namespace

std::string manual(const CommandRow& program, std::string_view version) {
  std::string page = fmt::format(
      ".\\\" Written by `antiphon manual`.\n.TH ANTIPHON 1 \"\" \"antiphon {}\" \"User Commands\"\n.SH NAME\nantiphon "
      "\\- "
      "text\\-to\\-speech server for many listeners\n.SH SYNOPSIS\n.B antiphon\n.I command\n.RI [ options ]\n.SH "
      "DESCRIPTION\n{}.SH COMMANDS\n\\fB\\-\\-help\\fR explains each, \\fB\\-\\-help\\-all\\fR with the options for "
      "research.\n",
      version, paragraph(program.about));
  each_command(program, [&](const CommandRow& row) {
    if (!row.path.empty()) page += command_section(row);
  });
  page += configuration();
  page +=
      ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage.\n.SH FILES\n.TP\n.I ~/.local/share/antiphon/voices\nThe "
      "voices, "
      "unless \\fBvoices.folder\\fR or \\fBXDG_DATA_HOME\\fR says otherwise.\n.SH EXAMPLES\n.nf\n";
  return page + replaced(paragraph(program.footer), "\n.br\n", "\n") + ".fi\n";
}

}  // namespace antiphon::cli
