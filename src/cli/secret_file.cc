#include "cli/secret_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "config/bounded_file.h"
#include "config/config.h"
#include "identity/api_key.h"

namespace antiphon::cli {

std::string read_secret(const std::filesystem::path& file) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto text = config::read_bounded(file, 1);
  std::string_view line(text);
  line = line.substr(0, line.find('\n'));
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  const bool is_visible = std::ranges::all_of(line, [](char c) { return c > ' ' && c <= '~'; });
  if (line.empty() || line.size() > identity::kMostSecretBytes || !is_visible) {
    throw config::Error(fmt::format("{}: its first line is no key", file.string()));
  }
  return std::string(line);
}

}  // namespace antiphon::cli
