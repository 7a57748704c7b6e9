#include "gateway/fleet_probe.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace antiphon::gateway {
namespace {

using worker_pool::Death;
using worker_pool::SlotState;

constexpr std::array kAllStates = {SlotState::kEmpty,   SlotState::kStarting,    SlotState::kSpare,
                                   SlotState::kActive,  SlotState::kRetiring,    SlotState::kEnding,
                                   SlotState::kWaiting, SlotState::kQuarantined, SlotState::kGivenUp};
constexpr std::array kAllDeaths = {Death::kExited, Death::kStalled, Death::kLoadStalled, Death::kBadAnswer,
                                   Death::kNotLoaded};
static_assert(kAllDeaths.size() == worker_pool::kDeaths);

constexpr std::string_view kHere = "here";
constexpr std::string_view kElsewhere = "elsewhere";

std::vector<metrics::Gauge> states(metrics::Registry& registry, std::string_view place) {
  std::vector<metrics::Gauge> gauges;
  for (const auto state : kAllStates) {
    gauges.push_back(registry.gauge(
        "antiphon_worker_slots", "Places for workers, by state and by machine: the gateway's own or another one.",
        {{"state", std::string(worker_pool::name_of(state))}, {"machine", std::string(place)}}));
  }
  return gauges;
}

std::vector<metrics::Counter> deaths(metrics::Registry& registry, std::string_view place) {
  std::vector<metrics::Counter> counters;
  for (const auto death : kAllDeaths) {
    counters.push_back(
        registry.counter("antiphon_worker_deaths_total", "Workers that ended or were killed, by reason and by machine.",
                         {{"reason", std::string(worker_pool::name_of(death))}, {"machine", std::string(place)}}));
  }
  return counters;
}

/// Adds what came since the last time.
void advance(const metrics::Counter& counter, std::uint64_t now, std::uint64_t& seen) {
  if (now > seen) counter.add(static_cast<double>(now - seen));
  seen = std::max(seen, now);
}

}  // namespace

FleetProbe::FleetProbe(metrics::Registry& registry)
    : registry_(registry),
      here_(states(registry, kHere)),
      elsewhere_(states(registry, kElsewhere)),
      deaths_here_(deaths(registry, kHere)),
      deaths_elsewhere_(deaths(registry, kElsewhere)),
      starts_(registry.counter("antiphon_worker_starts_total", "Worker processes started on this machine.")),
      decisions_(registry.counter("antiphon_pool_decisions_total", "What the pool of workers decided.")),
      wanted_(registry.gauge("antiphon_workers_wanted", "Workers on this machine that should take jobs.")),
      remote_memory_(registry.gauge("antiphon_remote_workers_resident_bytes",
                                    "Memory of all worker processes on other machines.")) {
  static_assert(kAllStates.size() == kStates);
}

void FleetProbe::observe(const WorkerFleet& fleet) {
  observe_pool(fleet.pool());
  observe_remote(fleet);
  observe_memory(fleet);
}

void FleetProbe::observe_pool(const worker_pool::Pool& pool) {
  for (std::size_t i = 0; i < kStates; ++i) {
    here_[i].set(static_cast<double>(std::ranges::count(pool.slots(), kAllStates.at(i), &worker_pool::Slot::state)));
  }
  std::uint64_t starts = 0;
  for (const auto& slot : pool.slots()) starts += slot.starts();
  advance(starts_, starts, seen_starts_);
  for (std::size_t i = 0; i < kAllDeaths.size(); ++i) {
    std::uint64_t dead = 0;
    for (const auto& slot : pool.slots()) dead += slot.deaths(kAllDeaths.at(i));
    advance(deaths_here_[i], dead, seen_here_.at(i));
  }
  advance(decisions_, pool.decided(), seen_decisions_);
  wanted_.set(pool.wanted());
}

void FleetProbe::observe_remote(const WorkerFleet& fleet) {
  const auto status = fleet.status();
  std::uint64_t memory = 0;
  std::array<double, kStates> counts{};
  for (const auto& worker : status) {
    if (!worker.remote) continue;
    memory += worker.remote->resident;
    const auto* const state = std::ranges::find(kAllStates, worker.remote->state);
    counts.at(static_cast<std::size_t>(state - kAllStates.begin())) += 1;
  }
  for (std::size_t i = 0; i < kStates; ++i) elsewhere_[i].set(counts.at(i));
  for (std::size_t i = 0; i < kAllDeaths.size(); ++i) {
    advance(deaths_elsewhere_[i], fleet.remote_deaths(kAllDeaths.at(i)), seen_elsewhere_.at(i));
  }
  remote_memory_.set(static_cast<double>(memory));
}

void FleetProbe::observe_memory(const WorkerFleet& fleet) {
  const auto slots = fleet.pool().slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].starts() == 0) continue;
    registry_
        .gauge("antiphon_worker_resident_bytes", "Memory of the worker process in each place on this machine.",
               {{"slot", std::to_string(i)}})
        .set(slots[i].runs() ? static_cast<double>(slots[i].resident()) : 0);
  }
}

}  // namespace antiphon::gateway
