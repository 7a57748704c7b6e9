#include "cli/command_table.h"

#include <algorithm>
#include <string_view>

namespace antiphon::cli {
namespace {

constexpr std::string_view kVoicesCommand = "voices ";

/// CLI11 writes the kind of a value and then its checks, such as "TEXT:{a,b}".
std::vector<std::string> choices_of(const std::string& type) {
  const auto begin = type.find('{');
  const auto end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

Completion completion_of(const OptionRow& row, const std::string& path) {
  const auto& name = row.names.back();
  if (row.value.empty()) return Completion::kNone;
  if (!row.choices.empty()) return Completion::kChoices;
  if (name == "--voice" || (name == "id" && path.starts_with(kVoicesCommand))) return Completion::kVoices;
  return row.value == "TEXT" ? Completion::kFiles : Completion::kNone;
}

OptionRow row_of(const CLI::Option& option, const std::string& path) {
  OptionRow row{.names = {}, .value = {}, .choices = {}, .about = option.get_description()};
  for (const auto& name : option.get_snames()) row.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) row.names.push_back("--" + name);
  if (row.names.empty()) row.names.push_back(option.get_name());
  if (option.get_expected_max() == 0) return row;
  const auto type = option.get_type_name();
  row.value = type.substr(0, type.find(':'));
  if (row.value.empty()) row.value = "TEXT";
  row.choices = choices_of(type);
  row.completion = completion_of(row, path);
  return row;
}

CommandRow below(const CLI::App& app, const std::string& path) {
  CommandRow row{.path = path,
                 .name = app.get_name(),
                 .about = app.get_description(),
                 .footer = app.get_footer(),
                 .options = {},
                 .words = {},
                 .commands = {}};
  for (const auto* const option : app.get_options()) {
    (option->nonpositional() ? row.options : row.words).push_back(row_of(*option, path));
  }
  for (const auto* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    row.commands.push_back(below(*command, path.empty() ? command->get_name() : path + " " + command->get_name()));
  }
  return row;
}

}  // namespace

CommandRow table_of(const CLI::App& app) { return below(app, {}); }

void each_command(const CommandRow& row, const std::function<void(const CommandRow&)>& visit) {
  visit(row);
  for (const auto& command : row.commands) each_command(command, visit);
}

std::string first_sentence(const std::string& text) {
  auto end = std::min(text.find(". "), text.find('\n'));
  end = std::min(end, text.find(" ["));
  auto sentence = text.substr(0, end);
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace antiphon::cli
