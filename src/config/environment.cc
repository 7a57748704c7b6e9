#include <cstdlib>

#include "config/config.h"

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

std::filesystem::path default_voices_folder() { return data_folder() / "voices"; }
std::filesystem::path default_keys_file() { return data_folder() / "keys.json"; }

}  // namespace antiphon::config
