#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "simulator/scenario.h"

namespace antiphon::cli {

/// The flags of `antiphon simulate`. What is not given is what Scenario and the configuration say.
struct SimulateFlags {
  void add_to(CLI::App& command);

  /// The machine, the clients and the times. Throws config::Error, and std::runtime_error for what is no number.
  [[nodiscard]] simulator::Scenario scenario() const;
  /// The study's name: the one given, else what the arrivals call for.
  [[nodiscard]] std::string study() const;
  /// Values for its axis; empty: the study's own.
  [[nodiscard]] std::vector<double> axis() const;

  std::string command;           ///< As it was called.
  std::filesystem::path config;  ///< Whose options of the scheduler are taken; "" = the defaults.
  std::string name;
  std::vector<std::string> policies;
  std::string admission;  ///< on, off or both; "" = what each policy comes with.
  bool capacity = false;
  std::uint32_t most_listeners = 4096;
  std::uint32_t runs = 8;
  std::string json;
  std::string html;

  std::vector<double> loads;
  std::vector<double> rates;
  std::vector<double> bursts;
  std::vector<double> listeners;
  double burst_every = 40;
  double think = 0;
  std::string lengths = "mixed";
  std::string retry = "never";
  std::string slow_down;
  double wait = 2;
  double duration = 200;
  double warm_up = 20;
  double timeline = -1;  ///< Negative: as long as a page shows well.
  double chunk_cost = 0;
  double grain = 0;
  double segment = 0;
  double replacement = 0;
  simulator::Scenario given;  ///< What flags write into directly.

 private:
  void add_study(CLI::App& command);
  void add_clients(CLI::App& command);
  void add_machine(CLI::App& command);
  void add_faults(CLI::App& command);
  void add_runs(CLI::App& command);
};

}  // namespace antiphon::cli
