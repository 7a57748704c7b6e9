#include "gateway/fleet_probe.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace antiphon::gateway {
namespace {

using metrics::Labels;
using Rows = std::vector<metrics::Table::Row>;
using Kind = metrics::Registry::Kind;

constexpr std::string_view kHere = "here";
constexpr std::string_view kElsewhere = "elsewhere";

/// The labels that name a worker, and further ones.
Labels labels_of(std::string_view machine, std::string worker, const Labels& more = {}) {
  Labels labels{{"machine", std::string(machine)}, {"worker", std::move(worker)}};
  labels.insert(labels.end(), more.begin(), more.end());
  return labels;
}

Labels labels_of(const fleet::Fleet::Status& status, const Labels& more = {}) {
  if (status.remote) return labels_of(kElsewhere, status.remote->id, more);
  return labels_of(kHere, std::to_string(status.slot), more);
}

/// Of several workers of one id elsewhere the newest counts; the others are on their way out.
void forget_predecessors(std::vector<fleet::Fleet::Status>& all) {
  std::set<std::string> seen;
  std::ranges::reverse(all);
  std::erase_if(all, [&](const auto& status) { return status.remote && !seen.insert(status.remote->id).second; });
  std::ranges::reverse(all);
}

double number(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace

std::vector<FleetProbe::Column> FleetProbe::columns(metrics::Registry& registry) {
  using Status = fleet::Fleet::Status;
  using Figure = std::optional<double>;
  return {
      {.table = registry.table("antiphon_worker_queue_jobs", "Jobs and loadings that a worker has.", Kind::kGauge),
       .figure = [](const Status& status) -> Figure { return status.queue; }},
      {.table = registry.table("antiphon_worker_jobs_total", "Jobs that the worker process has done.", Kind::kCounter),
       .figure = [](const Status& status) -> Figure { return status.jobs; }},
      {.table = registry.table("antiphon_worker_rendered_seconds_total", "Audio that the worker process has rendered.",
                               Kind::kCounter),
       .figure = [](const Status& status) -> Figure { return base::to_seconds(status.rendered); }},
      {.table = registry.table("antiphon_worker_busy_seconds_total", "Time that it took for that.", Kind::kCounter),
       .figure = [](const Status& status) -> Figure { return base::to_seconds(status.busy); }},
      {.table = registry.table("antiphon_worker_rtf_ratio",
                               "That time for each second of audio, since the process started.", Kind::kGauge),
       .figure = [](const Status& status) { return status.rtf(); }},
      {.table = registry.table("antiphon_worker_resident_bytes", "Memory of the worker process.", Kind::kGauge),
       .figure = [](const Status& status) -> Figure { return status.resident; }},
      {.table = registry.table("antiphon_worker_ready_after_seconds",
                               "From the start of the process, elsewhere from its joining, until it was ready.",
                               Kind::kGauge),
       .figure = [](const Status& status) -> Figure {
         if (status.ready_after <= base::Duration::zero()) return std::nullopt;
         return base::to_seconds(status.ready_after);
       }},
      {.table = registry.table("antiphon_worker_round_trip_seconds", "To a worker elsewhere and back, as measured.",
                               Kind::kGauge),
       .figure = [](const Status& status) -> Figure {
         if (!status.remote) return std::nullopt;
         return base::to_seconds(status.remote->round_trip);
       }},
      {.table = registry.table("antiphon_worker_link_bytes_per_second",
                               "Bandwidth of the link to a worker elsewhere, as measured.", Kind::kGauge),
       .figure = [](const Status& status) -> Figure {
         if (!status.remote) return std::nullopt;
         return status.remote->bytes_per_second;
       }},
  };
}

FleetProbe::FleetProbe(metrics::Registry& registry)
    : columns_(columns(registry)),
      state_(registry.table("antiphon_worker_state", "1: the state of a worker.", Kind::kGauge)),
      voice_(registry.table("antiphon_worker_voice", "1: a voice that a worker holds, or loads.", Kind::kGauge)),
      device_(registry.table("antiphon_worker_device_bytes", "Memory of the device that the worker process holds.",
                             Kind::kGauge)),
      restarts_(registry.table("antiphon_worker_restarts_total",
                               "Processes started in a place after the first; elsewhere: times that it joined again.",
                               Kind::kCounter)),
      deaths_(registry.table("antiphon_worker_deaths_total",
                             "Workers that ended by themselves (exited) or were killed, by reason.", Kind::kCounter)),
      slots_(registry.table("antiphon_worker_slots",
                            "Places for workers, by state and by machine: the gateway's own or another one.",
                            Kind::kGauge)),
      decisions_(registry.table("antiphon_pool_decisions_total", "What the pool of workers decided, and why.",
                                Kind::kCounter)),
      condition_(registry.table("antiphon_pool_condition", "1: how the pool stands.", Kind::kGauge)),
      limit_(registry.table("antiphon_pool_limit", "1: what keeps the pool from growing.", Kind::kGauge)),
      wanted_(registry.gauge("antiphon_workers_wanted", "Workers on this machine that should take jobs.")),
      raised_(registry.gauge("antiphon_expectation_factor",
                             "By what jobs' expected times are multiplied, after most workers were late at once.")) {}

void FleetProbe::observe(const fleet::Fleet& fleet) const {
  const auto all = fleet.status();
  observe_slots(all);
  observe_workers(fleet, all);
  observe_lives(fleet);
  observe_pool(fleet);
}

void FleetProbe::observe_slots(const std::vector<fleet::Fleet::Status>& all) const {
  Rows slots;
  for (const auto machine : {kHere, kElsewhere}) {
    for (const auto state : worker_pool::kSlotStates) {
      const auto count = std::ranges::count_if(all, [&](const auto& status) {
        return status.state == state && status.remote.has_value() == (machine == kElsewhere);
      });
      slots.push_back({.labels = {{"machine", std::string(machine)}, {"state", std::string(name_of(state))}},
                       .value = static_cast<double>(count)});
    }
  }
  slots_.replace(std::move(slots));
}

void FleetProbe::observe_workers(const fleet::Fleet& fleet, std::vector<fleet::Fleet::Status> all) const {
  forget_predecessors(all);
  std::erase_if(all,
                [&](const auto& status) { return !status.remote && fleet.pool().slots()[status.slot].starts() == 0; });
  for (const auto& column : columns_) {
    Rows rows;
    for (const auto& status : all) {
      if (const auto figure = column.figure(status)) rows.push_back({.labels = labels_of(status), .value = *figure});
    }
    column.table.replace(std::move(rows));
  }
  Rows states;
  Rows voices;
  Rows device;
  for (const auto& status : all) {
    states.push_back({.labels = labels_of(status, {{"state", std::string(name_of(status.state))}}), .value = 1});
    for (const auto& voice : status.voices) {
      voices.push_back({.labels = labels_of(status, {{"voice", voice}}), .value = 1});
    }
    if (fleet.gpu() == nullptr || status.remote) continue;
    device.push_back({.labels = labels_of(status), .value = number(status.device_bytes)});
  }
  state_.replace(std::move(states));
  voice_.replace(std::move(voices));
  device_.replace(std::move(device));
}

void FleetProbe::observe_lives(const fleet::Fleet& fleet) const {
  Rows restarts;
  Rows deaths;
  const auto add = [&](std::string_view machine, const std::string& worker, std::uint64_t starts,
                       const worker_pool::DeathCount& died) {
    restarts.push_back({.labels = labels_of(machine, worker), .value = number(starts - 1)});
    for (const auto death : worker_pool::kDeaths) {
      deaths.push_back({.labels = labels_of(machine, worker, {{"reason", std::string(name_of(death))}}),
                        .value = number(died.of(death))});
    }
  };
  const auto slots = fleet.pool().slots();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& slot = slots[i];
    if (slot.starts() > 0) add(kHere, std::to_string(i), slot.starts(), slot.deaths());
  }
  for (const auto& [id, record] : fleet.remote_ledger().records()) {
    add(kElsewhere, id, record.joins, record.deaths);
  }
  restarts_.replace(std::move(restarts));
  deaths_.replace(std::move(deaths));
}

void FleetProbe::observe_pool(const fleet::Fleet& fleet) const {
  const auto& pool = fleet.pool();
  Rows decisions;
  for (const auto kind : worker_pool::kActionKinds) {
    for (const auto cause : worker_pool::kCauses) {
      decisions.push_back({.labels = {{"does", std::string(name_of(kind))}, {"cause", std::string(name_of(cause))}},
                           .value = number(pool.decided(kind, cause))});
    }
  }
  decisions_.replace(std::move(decisions));
  condition_.replace({{.labels = {{"condition", std::string(name_of(pool.condition()))}}, .value = 1}});
  limit_.replace({{.labels = {{"limit", std::string(name_of(pool.limit()))}}, .value = 1}});
  wanted_.set(pool.wanted());
  raised_.set(fleet.judge().raised());
}

}  // namespace antiphon::gateway
