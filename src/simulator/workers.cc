#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "simulator/simulation.h"

// The virtual workers of a simulation: what jobs really take, which never end, and which workers are killed for it.

namespace antiphon::simulator {
namespace {

/// A worker is numbered by its slot and the process in it.
constexpr std::uint64_t kSlots = 1 << 16;

}  // namespace

void Simulation::open_slots() {
  const Machine& machine = scenario_.machine;
  if (machine.known_costs) {
    for (std::size_t i = 0; i < machine.voices.size(); ++i) {
      coordinator_.set_prior(scheduler::VoiceId{i}, machine.voices[i]);
    }
  }
  slots_.resize(coordinator_.pool().slots().size());
  coordinator_.post(coordinator::Started{});
  settle();
  opening_ = false;
}

void Simulation::perform(const coordinator::Spawn& spawn) {
  Slot& slot = slots_.at(spawn.slot);
  ++slot.epoch;
  slot.cpu = {};
  if (opening_) return ready(spawn.slot);
  at(now_ + scenario_.machine.start_up, Kind::kReady, spawn.slot, slot.epoch);
}

void Simulation::perform(const coordinator::Promote& promote) {
  slots_.at(promote.slot).alive = true;
  if (!opening_ && promote.cause != worker_pool::Cause::kLost) ++trace_.growths;
  trace_.most_workers = std::max(trace_.most_workers, scheduler().workers());
}

void Simulation::perform(const coordinator::Retire& retire) {
  Slot& slot = slots_.at(retire.slot);
  slot.retires = true;
  if (!slot.job) lose(retire.slot);
}

void Simulation::perform(const coordinator::Kill& kill) {
  const auto index = slot_of(kill.worker);
  ++trace_.kills;
  if (!slots_.at(index).hangs) ++trace_.wrong_kills;
  lose(index);
}

void Simulation::ready(std::uint32_t slot) {
  coordinator::WorkerReady ready{.slot = slot, .worker = {.id = worker_in(slot)}};
  for (std::size_t i = 0; i < scenario_.machine.voices.size(); ++i) ready.worker.voices.push_back({i});
  coordinator_.post(std::move(ready));
  expect_loss(slot);
}

void Simulation::expect_loss(std::uint32_t slot) {
  const double rate = scenario_.machine.losses_per_hour / 3600;
  if (rate <= 0) return;
  const auto when = now_ + base::from_seconds(std::exponential_distribution(rate)(random_));
  if (when <= last_call_) at(when, Kind::kCrash, slot, slots_[slot].epoch);
}

void Simulation::perform(const coordinator::Dispatch& command) {
  const auto& dispatch = command.job;
  const auto index = slot_of(dispatch.worker);
  Slot& slot = slots_.at(index);
  Listener& listener = listeners_.at(dispatch.stream);
  ANTIPHON_CHECK(slot.alive && worker_in(index) == dispatch.worker && !slot.job, "jobs go to live, idle workers");
  ANTIPHON_CHECK(!std::exchange(listener.working, true), "one job of a stream at a time");
  const Machine& machine = scenario_.machine;
  slot.job = dispatch;
  slot.voice = listener.spec.voice.value;
  slot.grains.clear();
  slot.steps = 0;
  slot.cancelled = false;
  slot.begun = now_;
  if (dispatch.kind == scheduler::JobKind::kPlan) {
    ++trace_.plans;
    slot.planned = std::min(listener.text_left, machine.segment_max);
  } else {
    ++trace_.chunks;
    ANTIPHON_CHECK(dispatch.segment == listener.next_segment && dispatch.first_grain == listener.next_grain,
                   "grains are rendered in order");
    const auto& grains = listener.segments.at(dispatch.segment);
    slot.grains.assign(grains.begin() + dispatch.first_grain, grains.begin() + dispatch.first_grain + dispatch.grains);
  }
  slot.factor = machine.noise > 0 ? std::lognormal_distribution(0.0, machine.noise)(random_) : 1.0;
  slot.held_up = chance(machine.outlier_share) ? machine.outlier_factor : 1.0;
  slot.factor *= slot.held_up;
  slot.hangs = chance(machine.hang_share);
  coordinator_.post(coordinator::JobStarted{.job = dispatch.job, .cpu = slot.cpu});
  begin_step(index);
}

void Simulation::perform(const coordinator::CancelJob& cancel) {
  Slot& slot = slots_.at(slot_of(cancel.worker));
  if (slot.job && slot.job->job == cancel.job) slot.cancelled = true;
}

void Simulation::begin_step(std::uint32_t index) {
  Slot& slot = slots_[index];
  slot.step_begun = now_;
  if (slot.hangs) return;
  const auto& cost = scenario_.machine.voices[slot.voice];
  double seconds = 0;
  if (slot.job->kind == scheduler::JobKind::kPlan) {
    seconds = cost.plan_ratio * base::to_seconds(slot.planned);
  } else {
    seconds = cost.ratio * base::to_seconds(slot.grains[slot.steps]);
    if (slot.steps == 0) seconds += base::to_seconds(cost.fixed);
  }
  at(now_ + base::from_seconds(seconds * slot.factor * slowness()), Kind::kStep, index, slot.job->job.value);
}

void Simulation::step_done(std::uint32_t index) {
  Slot& slot = slots_[index];
  const auto took = now_ - slot.step_begun;
  if (slot.job->kind == scheduler::JobKind::kPlan) {
    const auto job = *slot.job;
    end_job(index);
    plan_done(job, slot.planned, took);
    return finish_retiring(index);
  }
  grain_done(slot, took);
  ++slot.steps;
  if (!slot.cancelled && slot.steps < slot.grains.size()) return begin_step(index);
  const auto job = slot.job->job;
  end_job(index);
  coordinator_.post(coordinator::RenderEnded{.job = job, .cpu = slot.cpu});
  finish_retiring(index);
}

void Simulation::finish_retiring(std::uint32_t index) {
  if (slots_[index].retires) lose(index);
}

void Simulation::plan_done(const scheduler::Dispatch& job, base::Duration audio, base::Duration took) {
  coordinator::SegmentPlanned planned{.job = job.job, .took = took, .cpu = slots_[slot_of(job.worker)].cpu};
  const auto it = listeners_.find(job.stream);
  if (it == listeners_.end()) return coordinator_.post(std::move(planned));
  Listener& listener = it->second;
  for (auto left = audio; left > base::Duration::zero(); left -= scenario_.machine.grain) {
    planned.grains.push_back(std::min(left, scenario_.machine.grain));
  }
  listener.text_left -= audio;
  listener.segments.push_back(planned.grains);
  planned.more_text = listener.text_left > base::Duration::zero();
  planned.expected = base::from_seconds(base::to_seconds(listener.text_left) * request(job.stream).guess);
  coordinator_.post(std::move(planned));
}

void Simulation::grain_done(Slot& slot, base::Duration took) {
  const auto it = listeners_.find(slot.job->stream);
  if (it != listeners_.end()) {
    Listener& listener = it->second;
    const auto audio = slot.grains[slot.steps];
    listener.heard.advance(audio, now_);
    if (now_ <= last_call_) trace_.audio += audio;
    if (++listener.next_grain == listener.segments[listener.next_segment].size()) {
      ++listener.next_segment;
      listener.next_grain = 0;
    }
  }
  coordinator_.post(coordinator::GrainRendered{.job = slot.job->job, .took = took});
}

void Simulation::end_job(std::uint32_t index) {
  Slot& slot = slots_[index];
  const auto job = *slot.job;
  slot.cpu = cpu_of(slot);
  slot.job.reset();
  trace_.busy += std::max(base::Duration{}, std::min(now_, last_call_) - slot.begun);
  const auto it = listeners_.find(job.stream);
  if (it != listeners_.end()) it->second.working = false;
  if (slot.begun - base::TimePoint{} >= scenario_.timeline) return;
  trace_.timeline.push_back({.worker = index,
                             .stream = job.stream,
                             .user = request(job.stream).user,
                             .kind = job.kind,
                             .begin = slot.begun,
                             .end = now_});
}

void Simulation::tick() {
  coordinator::Tick tick;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (!slot.alive) continue;
    tick.readings.push_back(
        {.worker = worker_in(i), .cpu = cpu_of(slot), .runnable = slot.job.has_value() && !slot.hangs});
  }
  tick_.reset();
  if (is_over()) coordinator_.post(coordinator::RequestsOver{});
  coordinator_.post(std::move(tick));
}

void Simulation::lose(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.job) end_job(index);
  slot.alive = false;
  slot.retires = false;
  ++slot.epoch;  // what was expected of the process does not come
  coordinator_.post(coordinator::WorkerEnded{.slot = index});
}

bool Simulation::is_over() const { return now_ > last_call_ && listeners_.empty() && desk().waiting() == 0; }

base::Duration Simulation::cpu_of(const Slot& slot) const {
  if (!slot.job || slot.hangs) return slot.cpu;
  return slot.cpu + base::from_seconds(base::to_seconds(now_ - slot.begun) / slot.held_up);
}

double Simulation::slowness() const {
  double factor = 1;
  for (const auto& slow : scenario_.machine.slow_downs) {
    const auto since = now_ - base::TimePoint{} - slow.at;
    if (since >= base::Duration::zero() && since < slow.lasts) factor *= slow.factor;
  }
  return factor;
}

base::WorkerId Simulation::worker_in(std::uint32_t slot) const {
  return base::WorkerId{slots_[slot].epoch * kSlots + slot};
}

std::uint32_t Simulation::slot_of(base::WorkerId worker) { return static_cast<std::uint32_t>(worker.value % kSlots); }

}  // namespace antiphon::simulator
