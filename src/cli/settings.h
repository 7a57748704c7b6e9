#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <initializer_list>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/keys.h"

namespace antiphon::cli {

/// The flags of a command that set keys, and the configuration that they and --config give. Which flag sets which key,
/// and what it does, stands in config/keys.h.
class Settings {
 public:
  /// Adds --config and --voices, which every command has.
  void add_to(CLI::App& app);
  /// Adds --engine-kernel, for the commands that render.
  void add_kernel_to(CLI::App& app) { add_keys_to(app, {"--engine-kernel"}); }
  /// Adds --device and --batch, for the commands that render, too.
  void add_device_to(CLI::App& app) { add_keys_to(app, {"--device", "--batch"}); }
  /// Adds --log, for the commands that log.
  void add_log_to(CLI::App& app) { add_keys_to(app, {"--log"}); }
  /// Adds --config and the flags of all keys, for the server.
  void add_all_to(CLI::App& app);

  /// Returns the file over the defaults, the environment over the file, and the flags over both; voices.folder and the
  /// files of keys are set. Throws config::Error.
  [[nodiscard]] config::Config load() const;

  /// Returns whether the command line has `flag`, of a key.
  [[nodiscard]] bool gives(std::string_view flag) const;

  /// "" = none was given.
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  /// A flag of a key, and what it was given.
  struct Flag {
    config::Key key;
    std::vector<std::string> values;  ///< Several where it is a list; none: it was not given.
    bool on = false;                  ///< A flag without a value was given.
  };

  void add_keys_to(CLI::App& app, std::initializer_list<std::string_view> flags);
  template <class T>
  void add_key_to(CLI::App& app, const config::Key& key);

  std::filesystem::path file_;
  std::list<Flag> flags_;  ///< CLI11 refers to them.
};

/// From now on the log is as `config` has it.
void start_log(const config::Config& config);

}  // namespace antiphon::cli
