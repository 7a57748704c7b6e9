#include "dispatch/probe.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace antiphon::dispatch {
namespace {

constexpr std::string_view kRefusals = "antiphon_refusals_total";
constexpr std::string_view kRefusalsHelp = "Requests that were not let in, by reason.";

metrics::Counter refusals(metrics::Registry& registry, std::string_view reason) {
  return registry.counter(kRefusals, kRefusalsHelp, {{"reason", std::string(reason)}});
}

metrics::Counter ends(metrics::Registry& registry, std::string_view end) {
  return registry.counter("antiphon_streams_ended_total", "Streams that were let in and are over, by how they ended.",
                          {{"end", std::string(end)}});
}

/// One counter for plans and one for renders, as JobKind counts them.
std::array<metrics::Counter, 2> by_kind(metrics::Registry& registry, std::string_view name, std::string_view help) {
  return {registry.counter(name, help, {{"kind", "plan"}}), registry.counter(name, help, {{"kind", "render"}})};
}

metrics::Counter steps(metrics::Registry& registry, std::string_view direction) {
  return registry.counter("antiphon_degradation_steps_total", "Steps of degradation, by direction.",
                          {{"direction", std::string(direction)}});
}

metrics::Gauge device_memory(metrics::Registry& registry, std::string_view part) {
  return registry.gauge("antiphon_device_memory_bytes",
                        "Memory of the device that workers compute on: all, what is used, and by our workers; 0: "
                        "there is none.",
                        {{"part", std::string(part)}});
}

}  // namespace

Probe::Probe(metrics::Registry& registry)
    : doors_(registry),
      progress_(registry),
      speech_(registry),
      refused_{refusals(registry, "capacity"), refusals(registry, "user_limit"), refusals(registry, "account_limit"),
               refusals(registry, "queue_full"), refusals(registry, "no_workers")},
      refused_draining_(refusals(registry, "draining")),
      refused_device_memory_(refusals(registry, "device_memory")),
      left_waiting_(registry.counter("antiphon_waits_abandoned_total", "Clients who left while they waited for room.")),
      ended_{ends(registry, "complete"), ends(registry, "cancelled"), ends(registry, "failed"), ends(registry, "shed")},
      jobs_(by_kind(registry, "antiphon_jobs_total", "Jobs that workers have done, by kind.")),
      job_wall_(by_kind(registry, "antiphon_job_wall_seconds_total", "Time that workers took for jobs.")),
      job_cpu_(by_kind(registry, "antiphon_job_cpu_seconds_total", "CPU time that workers took for jobs.")),
      admitted_(registry.counter("antiphon_admitted_total", "Streams that were let in.")),
      audio_(registry.counter("antiphon_audio_seconds_total", "Audio that was rendered.")),
      waited_(registry.histogram("antiphon_admission_wait_seconds", "Wait of the admitted, before they were.",
                                 metrics::latency_bounds())),
      first_audio_(registry.histogram("antiphon_first_audio_seconds",
                                      "From a request to its first audio, ready to be sent.",
                                      metrics::latency_bounds())),
      predicted_start_(registry.histogram("antiphon_predicted_start_seconds",
                                          "When admission expected the first audio, from the entry on.",
                                          metrics::latency_bounds())),
      actual_start_(registry.histogram("antiphon_actual_start_seconds", "When the first audio was rendered.",
                                       metrics::latency_bounds())),
      start_error_(registry.histogram("antiphon_start_error_seconds", "By how much that prediction was off.",
                                      metrics::gap_bounds())),
      worst_gap_(registry.histogram("antiphon_worst_gap_seconds",
                                    "Longest gap in which nothing was there for a listener who plays at once, of each "
                                    "stream. What its client took late is no gap.",
                                    metrics::gap_bounds())),
      stall_(registry.counter("antiphon_stall_seconds_total", "Silence of listeners for whom nothing was there.")),
      lag_(registry.histogram("antiphon_listener_lag_seconds",
                              "How far each listener was behind at worst who took what was there too slowly.",
                              metrics::latency_bounds())),
      dropped_listeners_(registry.counter("antiphon_listeners_dropped_total", "Listeners who were too far behind.")),
      lateness_(registry.histogram("antiphon_lateness_seconds", "How late grains came for their listeners; 0: in time.",
                                   metrics::gap_bounds())),
      jitter_(registry.histogram("antiphon_jitter_seconds", "How late pieces of paced audio were sent.",
                                 metrics::gap_bounds())),
      streams_(registry.gauge("antiphon_streams", "Streams that are spoken.")),
      waiting_(registry.gauge("antiphon_waiting", "Requests that wait to be let in.")),
      kept_places_(registry.gauge("antiphon_reservations", "Places that are kept for refused users.")),
      return_ratio_(registry.gauge("antiphon_return_ratio", "Share of refused users who come back, lately.")),
      workers_(registry.gauge("antiphon_workers", "Workers that take jobs.")),
      places_(registry.gauge("antiphon_worker_batch_slots", "Render jobs that they do at once.")),
      device_memory_{device_memory(registry, "total"), device_memory(registry, "used"),
                     device_memory(registry, "workers")},
      demand_(registry.gauge("antiphon_demand_ratio", "Share of what can be promised that is asked for.")),
      degradation_(registry.gauge("antiphon_degradation_level",
                                  "0 none, 1 no prefetch, 2 cheaper voices, 3 refusing, 4 shedding.")),
      steps_up_(steps(registry, "up")),
      steps_down_(steps(registry, "down")) {}

void Probe::admitted(base::Duration waited) const {
  admitted_.add();
  waited_.observe(waited);
}

void Probe::refused(scheduler::RefusalReason reason) const { refused_.at(std::to_underlying(reason)).add(); }
void Probe::ended(StreamEnd end) const { ended_.at(std::to_underlying(end)).add(); }

void Probe::started(base::Duration predicted, base::Duration actual) const {
  predicted_start_.observe(predicted);
  actual_start_.observe(actual);
  start_error_.observe(std::chrono::abs(actual - predicted));
}

void Probe::heard(const Heard& heard) const {
  first_audio_.observe(heard.first_audio);
  worst_gap_.observe(heard.worst_gap);
  stall_.add(base::to_seconds(heard.total_stall));
  lag_.observe(heard.lag);
}

void Probe::grain(base::Duration lateness, base::Duration audio) const {
  lateness_.observe(std::max(lateness, base::Duration{}));
  audio_.add(base::to_seconds(audio));
}

void Probe::job(scheduler::JobKind kind, scheduler::WorkTime took) const {
  const auto at = std::to_underlying(kind);
  jobs_.at(at).add();
  job_wall_.at(at).add(base::to_seconds(took.wall));
  job_cpu_.at(at).add(base::to_seconds(took.cpu));
}

void Probe::observe(const scheduler::Scheduler& scheduler, const scheduler::AdmissionController& desk) {
  streams_.set(static_cast<double>(scheduler.streams()));
  waiting_.set(static_cast<double>(desk.waiting()));
  kept_places_.set(static_cast<double>(desk.reservations()));
  return_ratio_.set(desk.return_rate());
  workers_.set(static_cast<double>(scheduler.workers()));
  places_.set(static_cast<double>(scheduler.places()));
  demand_.set(scheduler.load());
  const auto& degradation = scheduler.degradation();
  degradation_.set(static_cast<double>(std::to_underlying(degradation.level())));
  steps_up_.add(static_cast<double>(degradation.steps_up() - std::exchange(seen_up_, degradation.steps_up())));
  steps_down_.add(static_cast<double>(degradation.steps_down() - std::exchange(seen_down_, degradation.steps_down())));
}

void Probe::observe(const DeviceMemory& memory) {
  const std::array bytes = {memory.total, memory.used, memory.workers};
  for (std::size_t i = 0; i < bytes.size(); ++i) device_memory_.at(i).set(static_cast<double>(bytes.at(i)));
}

}  // namespace antiphon::dispatch
