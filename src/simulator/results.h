#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/scenario.h"
#include "simulator/simulation.h"

namespace antiphon::simulator {

/// A mean over runs with different seeds, and half of its 95 % interval (Student's t); zero for a single run.
struct Estimate {
  double mean = 0;
  double half = 0;
};

/// What the counted requests of one run, or of a group in it, came to. Shares are 0 to 1, times in seconds. "Good":
/// first audio within a second, no gap above 50 ms, complete.
struct Measures {
  double requests = 0;
  double admitted = 0;  ///< Share.
  double good = 0;      ///< Share of all; refusals count against it.
  double good_of_admitted = 0;
  double gapless = 0;  ///< Share of the admitted streams without a gap that were not given up.
  double first_audio_mean =
      0;  ///< Mean time to first audio of the admitted, from their first byte; so are the quantiles.
  double first_audio_p50 = 0;
  double first_audio_p95 = 0;
  double first_audio_p99 = 0;
  double c50 = 0;  ///< Share of the admitted whose worst gap is at most 50 ms; so 100 and 200.
  double c100 = 0;
  double c200 = 0;
  double worst_gap = 0;
  double waited_p95 = 0;        ///< 95th percentile of the wait of the admitted.
  double refused_capacity = 0;  ///< Share; so are the next ones.
  double refused_user_limit = 0;
  double refused_queue_full = 0;
  double refused_no_workers = 0;
  double failed = 0;              ///< Share of the admitted.
  double came_back = 0;           ///< Requests that came back when told.
  double came_back_admitted = 0;  ///< Share of them; 1 without any.
  double jain = 1;                ///< Jain's index of the users' good share.
  double worst_user = 1;          ///< Acceptance of the user accepted least.
};

/// What the whole machine did in one run.
struct MachineMeasures {
  double utilisation = 0;  ///< Share of the workers' time.
  double throughput = 0;   ///< Audio-seconds per second.
  double chunks = 0;
  double kills = 0;
  double losses = 0;
  double most_streams = 0;
  double most_waiting = 0;
  double steps_up = 0;  ///< Steps up of degradation.
};

[[nodiscard]] Measures measure(const Trace& trace, std::optional<std::size_t> group = std::nullopt);
[[nodiscard]] MachineMeasures measure_machine(const Scenario& scenario, const Trace& trace);

struct NamedEstimate {
  std::string_view name;  ///< As in Measures.
  Estimate value;
};
using Summary = std::vector<NamedEstimate>;

/// `name` must be a field of the structs above.
[[nodiscard]] Estimate find(const Summary& summary, std::string_view name);

/// A scenario's outcome over several seeds.
struct Result {
  Scenario scenario;
  std::uint32_t runs = 0;
  Summary all;
  Summary machine;
  std::vector<Summary> groups;
  std::vector<Span> timeline;  ///< Jobs of the first run.

  [[nodiscard]] double mean(std::string_view name) const { return find(all, name).mean; }
  [[nodiscard]] double mean_of(std::size_t group, std::string_view name) const {
    return find(groups[group], name).mean;
  }
};

/// Runs the scenario with `runs` seeds, from its own on.
[[nodiscard]] Result simulate(const Scenario& scenario, std::uint32_t runs);

[[nodiscard]] Estimate estimate(std::span<const double> values);

}  // namespace antiphon::simulator
