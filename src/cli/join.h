#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/settings.h"

namespace antiphon::cli {

/// `antiphon worker --join`: what this machine's workers need to know of a gateway elsewhere.
struct JoinFlags {
  std::string gateway;  ///< tls://HOST:PORT; "" = none.
  std::filesystem::path token_file;
  std::filesystem::path authorities;
  std::string pin;
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::string id;  ///< "" = the machine's name.
  std::uint32_t slots = 1;
};

/// Declares the flags; returns --join.
CLI::Option* add_join(CLI::App& command, JoinFlags& flags);

/// Joins and stays until SIGTERM, on which the jobs in work are finished, or until another process with the same id
/// takes its place. Returns the exit status. Throws config::Error and std::runtime_error.
[[nodiscard]] int join_gateway(const Settings& settings, const JoinFlags& flags);

}  // namespace antiphon::cli
