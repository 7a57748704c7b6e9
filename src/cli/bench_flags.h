#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "tls/client_context.h"

namespace antiphon::cli {

/// The flags of `antiphon bench`.
struct BenchFlags {
  bench::Options options;
  std::string server = "127.0.0.1:8080";
  std::string protocol = "openai";
  std::string voice;
  std::filesystem::path authorities;
  std::filesystem::path key_file;
  std::string mix = "mixed";
  std::string retrying = "never";
  double wait = -1;
  double duration = 20;
  double burst_every = 10;
  std::uint32_t find_limit = 0;
  bool paced = false;
  std::string name = "this run";
  std::filesystem::path json;
  std::filesystem::path html;
  std::vector<std::filesystem::path> compare;
  bool report_only = false;

  void add_to(CLI::App& command);

  /// Returns the load that they ask for; its target is not reached yet, and has no `tls`. Throws std::runtime_error.
  [[nodiscard]] bench::Options load() const;
  /// Returns what knows the server, where it is reached within TLS. Throws std::runtime_error.
  [[nodiscard]] std::optional<tls::ClientContext> tls() const;
};

}  // namespace antiphon::cli
