#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "config/config.h"

namespace antiphon::cli {

/// The flags that every subcommand has, and the configuration that they name.
class Settings {
 public:
  void add_to(CLI::App& app);
  /// For those that render: --engine-kernel.
  void add_kernel_to(CLI::App& app);

  /// For those that render, too: --device and --batch.
  void add_device_to(CLI::App& app);

  /// For those that log: --log.
  void add_log_to(CLI::App& app);

  /// The file over the defaults, the environment over the file, and the flags over both; voices.folder and the files of
  /// keys are set. Throws config::Error.
  [[nodiscard]] config::Config load() const;

  /// "" = none was given.
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::filesystem::path voices_;
  std::string kernel_;
  std::string device_;
  std::string log_;
  std::optional<std::uint32_t> batch_;
};

/// From now on the log is as `config` has it.
void start_log(const config::Config& config);

}  // namespace antiphon::cli
