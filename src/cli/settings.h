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

  /// The file over the defaults and the flags over the file; voices.folder and the files of keys are
  /// set. Throws config::Error.
  [[nodiscard]] config::Config load() const;

  /// "" = none was given.
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::filesystem::path voices_;
  std::string kernel_;
  std::string device_;
  std::optional<std::uint32_t> batch_;
};

}  // namespace antiphon::cli
