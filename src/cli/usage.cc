#include "cli/usage.h"

#include <algorithm>
#include <utility>

#include "config/nearest.h"

namespace antiphon::cli {
namespace {

bool is_flag(const std::string& word) { return word.starts_with('-'); }

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const auto* const command : commands) names.push_back(command->get_name());
  return names;
}

}  // namespace

std::vector<std::string> as_meant(std::vector<std::string> words) {
  if (words.empty()) return words;
  if (words.front() == "version") words.front() = "--version";
  if (words.front() != "help") return words;
  std::ranges::rotate(words, words.begin() + 1);
  words.back() = "--help";
  return words;
}

std::optional<std::string> unknown_command(const CLI::App& app, const std::vector<std::string>& words) {
  const auto* parent = &app;
  std::string before;
  for (const auto& word : words) {
    const auto commands = parent->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || is_flag(word)) return std::nullopt;
    const auto names = names_of(commands);
    const auto found = std::ranges::find(names, word);
    if (found == names.end()) {
      return "there is no command '" + before + word + "'; did you mean '" + before + config::nearest(word, names) +
             "'? 'antiphon " + before + "--help' lists them";
    }
    parent = commands[static_cast<std::size_t>(found - names.begin())];
    before += word + " ";
  }
  return std::nullopt;
}

}  // namespace antiphon::cli
