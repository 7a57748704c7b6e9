#include "simulator/simulation.h"

#include <utility>

#include "base/check.h"

namespace antiphon::simulator {
namespace {

/// How often the pool is asked, as in the server.
constexpr base::Duration kAsk = std::chrono::milliseconds(100);

}  // namespace

Simulation::Simulation(Scenario scenario)
    : scenario_(std::move(scenario)),
      scheduler_(scenario_.scheduling),
      desk_(scheduler_),
      random_(scenario_.seed),
      clients_(scenario_.seed + 0x9E3779B97F4A7C15ULL),
      pool_(pool_options(scenario_.machine)),
      stall_judge_(pool_.options().stall),
      turns_(scenario_.groups.size()),
      last_call_(base::TimePoint{} + scenario_.duration) {
  ANTIPHON_CHECK(scenario_.validate().has_value(), "a scenario is valid");
}

Trace Simulation::run() {
  open_slots();
  if (pool_moves_) at(now_ + kAsk, Kind::kPool);
  open_doors();
  while (!events_.empty()) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.when;
    happen(event);
    settle();
  }
  ANTIPHON_CHECK(listeners_.empty() && scheduler_.streams() == 0 && desk_.waiting() == 0, "every request ends");
  trace_.duration = scenario_.duration;
  trace_.ended_at = now_ - base::TimePoint{};
  trace_.steps_up = scheduler_.ladder().steps_up();
  trace_.steps_down = scheduler_.ladder().steps_down();
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
    case Kind::kDesk:
      desk_timer_ = false;
      consult_ = true;
      return;
    case Kind::kStep:
      if (is_current_job()) step_done(event.subject);
      return;
    case Kind::kWatch:
      watching_ = false;
      return judge();
    case Kind::kPool:
      ask_pool();
      if (!is_over()) at(now_ + kAsk, Kind::kPool);
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
    case Kind::kJoin:
      if (slots_[event.subject].epoch == event.detail) join(event.subject);
      return;
  }
}

void Simulation::settle() {
  for (;;) {
    if (std::exchange(consult_, false)) consult_desk();
    const auto actions = scheduler_.poll(now_);
    if (actions.empty() && !consult_) break;
    for (const auto& action : actions) {
      if (const auto* dispatch = std::get_if<scheduler::Dispatch>(&action)) {
        start(*dispatch);
      } else if (const auto* stop = std::get_if<scheduler::CancelJob>(&action)) {
        cancel(*stop);
      } else if (const auto* done = std::get_if<scheduler::StreamDone>(&action)) {
        end_stream(done->stream, Request::End::kComplete);
      } else if (const auto* failed = std::get_if<scheduler::StreamFailed>(&action)) {
        request(failed->stream).failure = failed->reason;
        end_stream(failed->stream, Request::End::kFailed);
      }
    }
  }
  ANTIPHON_CHECK(scheduler_.streams() == listeners_.size() && admitted_ == ended_ + listeners_.size(),
                 "who was let in has ended or lives");
  trace_.most_streams = std::max(trace_.most_streams, listeners_.size());
}

}  // namespace antiphon::simulator
