#include "simulator/scenario.h"

#include <algorithm>
#include <cmath>

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;
using Outcome = std::expected<void, std::string>;

bool within(double value, double low, double high) { return value >= low && value <= high; }

Outcome check(const Machine& machine) {
  if (machine.workers < 1 || machine.workers > 1024) return std::unexpected("workers must be 1 to 1024");
  if (machine.most_workers > 0 && machine.most_workers < machine.workers) {
    return std::unexpected("the most workers must not be fewer than there are from the beginning");
  }
  if (machine.start_up < 0s || machine.start_up > 1h) return std::unexpected("start-up must be 0 to 1 h");
  if (machine.voices.empty()) return std::unexpected("there must be a voice");
  for (const auto& voice : machine.voices) {
    if (!within(voice.ratio, 1e-4, 100)) return std::unexpected("the RTF of a voice must be 0.0001 to 100");
    if (!within(voice.plan_ratio, 0, 100)) return std::unexpected("the plan cost of a voice must be 0 to 100");
    if (voice.fixed < 0s || voice.fixed > 10s) return std::unexpected("the cost of a chunk must be 0 to 10 s");
  }
  if (machine.grain < 10ms || machine.grain > 60s) return std::unexpected("a grain must be 0.01 to 60 s");
  if (machine.segment_max < machine.grain) return std::unexpected("a segment must hold a grain");
  if (!within(machine.noise, 0, 2)) return std::unexpected("noise must be 0 to 2");
  if (!within(machine.outlier_share, 0, 1)) return std::unexpected("outliers must be 0 to 1 of all jobs");
  if (!within(machine.outlier_factor, 1, 1000)) return std::unexpected("an outlier's factor must be 1 to 1000");
  if (!within(machine.hang_share, 0, 1)) return std::unexpected("hangs must be 0 to 1 of all jobs");
  if (machine.hang_share > 0 && machine.kill_factor <= 0) return std::unexpected("hangs need a kill factor");
  if (!within(machine.losses_per_hour, 0, 3600)) return std::unexpected("losses per hour must be 0 to 3600");
  for (const auto& slow : machine.slow_downs) {
    if (!within(slow.factor, 0.01, 100)) return std::unexpected("a slow-down's factor must be 0.01 to 100");
  }
  return pool_options(machine).validate();
}

Outcome check(const Group& group, const Machine& machine) {
  if (group.lengths.empty()) return std::unexpected("a group must have lengths");
  double shares = 0;
  for (const auto& length : group.lengths) {
    shares += length.share;
    if (length.share < 0) return std::unexpected("shares must not be negative");
    if (length.least < 50ms || length.most < length.least || length.most > 1h) {
      return std::unexpected("lengths must be 0.05 s to 1 h");
    }
  }
  if (!(shares > 0)) return std::unexpected("shares must be above 0");
  if (!within(group.weight, 1e-3, 1e3)) return std::unexpected("weight must be 0.001 to 1000");
  if (!within(group.leave_share, 0, 1)) return std::unexpected("leavers must be 0 to 1 of all requests");
  if (group.wait < 0s || group.wait > 10min) return std::unexpected("wait must be 0 to 10 min");
  if (group.retry_interval < 1ms) return std::unexpected("the retry interval must be 1 ms or more");
  if (group.voice >= machine.voices.size()) return std::unexpected("a group's voice must exist");
  if (group.cheaper && *group.cheaper >= machine.voices.size()) return std::unexpected("the cheaper voice must exist");
  const bool closed = std::holds_alternative<ClosedLoop>(group.arrivals);
  if (closed && group.users < 1) return std::unexpected("a closed loop needs users");
  if (const auto* poisson = std::get_if<Poisson>(&group.arrivals)) {
    if (!within(poisson->per_second, 0, 1e5) || !within(poisson->load, 0, 100)) {
      return std::unexpected("requests per second must be 0 to 100,000, a load 0 to 100");
    }
  }
  return {};
}

double mean_cost(const Scenario& scenario, const Group& group) {
  double shares = 0;
  double sum = 0;
  for (const auto& length : group.lengths) {
    const auto mean = (length.least + length.most) / 2;
    shares += length.share;
    sum += length.share * cost_of_request(scenario.scheduling, scenario.machine, group.voice, mean);
  }
  return sum / shares;
}

}  // namespace

std::expected<void, std::string> Scenario::validate() const {
  if (auto valid = scheduling.validate(); !valid) return valid;
  if (auto valid = check(machine); !valid) return valid;
  if (groups.empty()) return std::unexpected("there must be a group of clients");
  for (const auto& group : groups) {
    if (auto valid = check(group, machine); !valid) return valid;
  }
  if (duration <= warm_up || duration > 24h) return std::unexpected("duration must be more than the warm-up, to 24 h");
  if (!within(length_error, 0, 2)) return std::unexpected("the error of lengths must be 0 to 2");
  if (!within(length_margin, 0.1, 10)) return std::unexpected("the margin of lengths must be 0.1 to 10");
  return {};
}

worker_pool::Options pool_options(const Machine& machine) {
  worker_pool::Options pool{.least = machine.workers,
                            .most = machine.most_workers > 0 ? machine.most_workers : machine.workers,
                            .spare = machine.spare,
                            .deaths_per_minute = machine.deaths_per_minute};
  pool.stall.rule = machine.kill_rule;
  pool.stall.floor = machine.kill_floor;
  if (machine.kill_factor > 0) pool.stall.factor = machine.kill_factor;
  return pool;
}

double cost_of_request(const scheduler::Options& options, const Machine& machine, std::size_t voice,
                       base::Duration audio) {
  const auto& cost = machine.voices.at(voice);
  const auto longest = options.policy == scheduler::Policy::kArrival ? options.arrival_chunk : options.chunk_max;
  const double grains = std::max(1.0, std::floor(base::to_seconds(longest) / base::to_seconds(machine.grain)));
  const double chunks = std::ceil(base::to_seconds(audio) / (grains * base::to_seconds(machine.grain)));
  return base::to_seconds(audio) * (cost.ratio + cost.plan_ratio) + chunks * base::to_seconds(cost.fixed);
}

double request_rate(const Scenario& scenario, const Group& group) {
  const auto& poisson = std::get<Poisson>(group.arrivals);
  if (poisson.per_second > 0) return poisson.per_second;
  return poisson.load * scenario.machine.workers / mean_cost(scenario, group);
}

}  // namespace antiphon::simulator
