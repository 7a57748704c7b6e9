#include "config/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/nearest.h"
#include "config/renamed.h"

namespace antiphon::config {
namespace {

constexpr std::array kNameSections = {kAliasSection, kCheaperSection, kGainSection};

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Names of a key, or of a section of names, and of its variable.
struct Name {
  std::string variable;
  std::string_view section;
  std::string_view key;  ///< "": a section of names.
};

std::vector<Name> names() {
  std::vector<Name> all;
  const Config scratch;
  each_key(scratch, [&](const Key& key, const auto&) { all.push_back({variable_of(key), key.section, key.name}); });
  for (const auto& [section, was, name] : kRenamedKeys) {
    all.push_back({variable_of(Key{.section = section, .name = was, .doc = {}}), section, name});
  }
  for (const auto section : kNameSections) all.push_back({variable_of(section), section, {}});
  return all;
}

/// What Kubernetes puts into the environment of a pod beside a service whose name begins like ours ("service links").
bool is_service_link(const Variable& variable) {
  const auto& name = variable.name;
  const bool is_port = name.ends_with("_PORT") || name.contains("_PORT_");
  return name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") ||
         (is_port && (variable.value.starts_with("tcp://") || variable.value.starts_with("udp://") ||
                      name.contains("_TCP") || name.contains("_UDP")));
}

void set(Config& config, const Name& name, const Variable& variable) {
  try {
    if (name.key.empty()) {
      set_names_from_text(config, name.section, variable.value, variable.name);
    } else {
      set_from_text(config, name.section, name.key, trimmed(variable.value), variable.name);
    }
  } catch (const Error& error) {
    if (!is_service_link(variable)) throw;
    throw Error(fmt::format("{}; Kubernetes sets this for a service of that name: turn its enableServiceLinks off",
                            error.what()));
  }
}

}  // namespace

std::string variable_of(const Key& key) {
  return fmt::format("{}{}_{}", kVariablePrefix, upper_case(key.section), upper_case(key.name));
}

std::string variable_of(std::string_view section) { return fmt::format("{}{}", kVariablePrefix, upper_case(section)); }

void apply_variables(Config& config, std::span<const Variable> variables) {
  const auto all = names();
  for (const auto& variable : variables) {
    const auto found = std::ranges::find(all, variable.name, &Name::variable);
    if (found == all.end() || variable.value.empty()) continue;
    set(config, *found, variable);
    const auto now = found->key.empty() ? found->variable
                                        : variable_of(Key{.section = found->section, .name = found->key, .doc = {}});
    if (now != variable.name) config.outdated.push_back(fmt::format("{} is called {} now", variable.name, now));
  }
}

std::vector<UnknownVariable> unknown_variables(std::span<const Variable> variables) {
  std::vector<std::string> known;
  for (auto& name : names()) known.push_back(std::move(name.variable));
  std::vector<UnknownVariable> found;
  for (const auto& variable : variables) {
    if (is_service_link(variable) || std::ranges::find(known, variable.name) != known.end()) continue;
    found.push_back({.name = variable.name, .nearest = nearest(variable.name, known)});
  }
  return found;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (const auto item = trimmed(text.substr(0, end)); !item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

std::optional<bool> parse_truth(std::string_view text) {
  constexpr std::array<std::string_view, 4> kTrue = {"true", "yes", "on", "1"};
  constexpr std::array<std::string_view, 4> kFalse = {"false", "no", "off", "0"};
  const auto word = lower_case(trimmed(text));
  if (std::ranges::find(kTrue, word) != kTrue.end()) return true;
  if (std::ranges::find(kFalse, word) != kFalse.end()) return false;
  return std::nullopt;
}

}  // namespace antiphon::config
