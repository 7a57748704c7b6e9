#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "config/config.h"
#include "config/variables.h"

/// Any environment, a variable a line, is either refused with the name of a variable, or leads to a configuration that
/// prints and reads back as itself where it is valid.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = antiphon::config;
  std::vector<config::Variable> variables;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) {
      variables.push_back({.name = std::string(line.substr(0, equals)), .value = std::string(line.substr(equals + 1))});
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  for (const auto& stranger : config::unknown_variables(variables)) {
    ANTIPHON_CHECK(!stranger.nearest.empty(), "there is always a variable that is nearest");
  }
  try {
    config::Config read;
    config::apply_variables(read, variables);
    config::validate(read);
    const auto printed = config::to_toml(read);
    ANTIPHON_CHECK(config::to_toml(config::parse(printed, "printed")) == printed, "what is printed reads back");
  } catch (const config::Error&) {
    return 0;
  }
  return 0;
}
