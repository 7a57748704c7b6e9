#include "simulator/simulation.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::simulator {
namespace {

coordinator::Options coordinator_options(const Scenario& scenario) {
  const Machine& machine = scenario.machine;
  const bool watches =
      machine.kill_factor > 0 && (machine.hang_share > 0 || machine.outlier_share > 0 || !machine.slow_downs.empty());
  coordinator::Options options{.scheduling = scenario.scheduling,
                               .pool = pool_options(machine),
                               .stalls = coordinator::StallDetection::kOff,
                               .estimates = coordinator::Estimates::kAll,
                               .takeover = machine.replacement};
  if (watches) options.stalls = coordinator::StallDetection::kOn;
  const bool workers_come_or_go = watches || machine.losses_per_hour > 0 || options.pool.most > options.pool.least;
  if (!workers_come_or_go) options.pool_interval = {};
  return options;
}

}  // namespace

Simulation::Simulation(Scenario scenario)
    : scenario_(std::move(scenario)),
      coordinator_(coordinator_options(scenario_)),
      random_(scenario_.seed),
      clients_(scenario_.seed + 0x9E3779B97F4A7C15ULL),
      turns_(scenario_.groups.size()),
      last_call_(base::TimePoint{} + scenario_.duration) {
  ANTIPHON_CHECK(scenario_.validate().has_value(), "a scenario is valid");
}

Trace Simulation::run() {
  open_slots();
  open_doors();
  while (!events_.empty()) {
    const Event event = events_.top();
    events_.pop();
    if (event.kind == Kind::kTick && event.when != tick_) continue;  // it is to be woken at another time by now
    now_ = event.when;
    happen(event);
    settle();
  }
  ANTIPHON_CHECK(listeners_.empty() && coordinator_.open_requests() == 0, "every request ends");
  trace_.duration = scenario_.duration;
  trace_.ended_at = now_ - base::TimePoint{};
  trace_.steps_up = scheduler().degradation().steps_up();
  trace_.steps_down = scheduler().degradation().steps_down();
  return std::move(trace_);
}

void Simulation::at(base::TimePoint when, Kind kind, std::uint32_t subject, std::uint64_t detail) {
  events_.push({.when = when, .sequence = sequence_++, .kind = kind, .subject = subject, .detail = detail});
}

void Simulation::happen(const Event& event) {
  const auto is_current_job = [&] {
    const auto& job = slots_[event.subject].job;
    return job && job->job.value == event.detail;
  };
  switch (event.kind) {
    case Kind::kArrival:
      return next_arrival(event.subject);
    case Kind::kBurst:
      return burst(event.subject);
    case Kind::kAsk:
      return ask(event.detail);
    case Kind::kLeave:
      return leave(event.detail);
    case Kind::kStep:
      if (is_current_job()) step_done(event.subject);
      return;
    case Kind::kCrash:
      if (slots_[event.subject].epoch == event.detail && slots_[event.subject].alive) {
        ++trace_.losses;
        lose(event.subject);
      }
      return;
    case Kind::kReady:
      if (slots_[event.subject].epoch == event.detail) ready(event.subject);
      return;
    case Kind::kTick:
      return tick();
  }
}

void Simulation::settle() {
  for (auto commands = coordinator_.run(now_); !commands.empty(); commands = coordinator_.run(now_)) {
    trace_.most_waiting = std::max(trace_.most_waiting, desk().waiting());
    for (const auto& command : commands) std::visit([this](const auto& body) { perform(body); }, command);
  }
  ANTIPHON_CHECK(scheduler().streams() == listeners_.size() && admitted_ == ended_ + listeners_.size(),
                 "who was let in has ended or lives");
  trace_.most_streams = std::max(trace_.most_streams, listeners_.size());
  trace_.most_waiting = std::max(trace_.most_waiting, desk().waiting());
  const auto wakeup = coordinator_.next_wakeup();
  if (wakeup && wakeup != tick_) at(*wakeup, Kind::kTick);
  tick_ = wakeup;
}

}  // namespace antiphon::simulator
