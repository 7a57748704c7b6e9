#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/settings.h"
#include "config/config.h"

namespace antiphon::cli {

/// What `antiphon serve` is started with, for itself and for what looks at a machine in its place.
struct ServeSettings {
  Settings settings;
  std::optional<std::string> listen;

  /// Adds the flags of all keys, and --listen.
  void add_to(CLI::App& app);

  /// Returns the configuration of such a server, its address numeric. Throws config::Error.
  [[nodiscard]] config::Config effective() const;
};

}  // namespace antiphon::cli
