#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "config/config.h"
#include "config/variables.h"

/// The only place that reads the environment.
namespace antiphon::config {

namespace {

std::filesystem::path data_folder() {
  const auto absolute = [](const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread is started
    const std::filesystem::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : std::filesystem::path();
  };
  auto data = absolute("XDG_DATA_HOME");
  if (data.empty()) {
    const auto home = absolute("HOME");
    data = home.empty() ? std::filesystem::path("/var/lib") : home / ".local/share";
  }
  return data / "antiphon";
}

}  // namespace

std::vector<Variable> environment() {
  std::vector<Variable> found;
  for (char* const* entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const auto equals = line.find('=');
    if (!line.starts_with(kVariablePrefix) || equals == std::string_view::npos) continue;
    found.push_back({.name = std::string(line.substr(0, equals)), .value = std::string(line.substr(equals + 1))});
  }
  return found;
}

std::filesystem::path default_voices_folder() { return data_folder() / "voices"; }
std::vector<std::filesystem::path> library_folders() {
  std::vector<std::filesystem::path> folders;
  const char* const value = std::getenv("LD_LIBRARY_PATH");  // NOLINT(concurrency-mt-unsafe): as above
  std::istringstream list(value == nullptr ? "" : value);
  for (std::string folder; std::getline(list, folder, ':');) {
    if (folder.starts_with('/')) folders.emplace_back(folder);
  }
  return folders;
}

std::string service_manager_socket() {
  const char* const value = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): as above
  return value == nullptr ? "" : value;
}

std::optional<std::chrono::microseconds> watchdog_period() {
  const char* const value = std::getenv("WATCHDOG_USEC");  // NOLINT(concurrency-mt-unsafe): as above
  if (value == nullptr) return std::nullopt;
  const std::string_view text(value);
  constexpr std::int64_t kShortest = 10'000;
  std::int64_t period = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), period);
  if (error != std::errc() || end != text.data() + text.size() || period < kShortest) return std::nullopt;
  return std::chrono::microseconds(period);
}

std::filesystem::path default_keys_file() { return data_folder() / "keys.json"; }
std::filesystem::path default_worker_keys_file() { return data_folder() / "worker-keys.json"; }

}  // namespace antiphon::config
