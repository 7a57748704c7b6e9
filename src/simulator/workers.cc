#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "simulator/simulation.h"

// The virtual workers of a simulation: what jobs really take, which never end, and who is killed for it.

namespace antiphon::simulator {
namespace {

/// A worker is numbered by its slot and the process in it.
constexpr std::uint64_t kSlots = 1 << 16;

}  // namespace

void Simulation::open_slots() {
  const Machine& machine = scenario_.machine;
  watches_ =
      machine.kill_factor > 0 && (machine.hang_share > 0 || machine.outlier_share > 0 || !machine.slow_downs.empty());
  pool_moves_ = watches_ || machine.losses_per_hour > 0 || pool_.options().most > pool_.options().least;
  if (machine.known_costs) {
    for (std::size_t i = 0; i < machine.voices.size(); ++i)
      scheduler_.set_prior(scheduler::VoiceId{i}, machine.voices[i]);
  }
  slots_.resize(pool_.slots().size());
  // Those from the beginning, and their spare, were started before.
  for (;;) {
    const auto actions = pool_.update({}, now_);
    if (actions.empty()) break;
    for (const auto& action : actions) {
      if (action.kind == worker_pool::ActionKind::kSpawn) {
        ++slots_[action.slot].epoch;
        pool_.ready(action.slot, now_);
        expect_loss(action.slot);
      } else {
        join(action.slot);
      }
    }
  }
}

void Simulation::ask_pool() {
  const worker_pool::Sample sample{.load = scheduler_.load(),
                                   .start_wait = scheduler_.start_wait(now_),
                                   .refusals = trace_.refused_for_capacity,
                                   .calls = desk_.calls()};
  for (const auto& action : pool_.update(sample, now_)) perform(action);
}

void Simulation::perform(const worker_pool::Action& action) {
  Slot& slot = slots_.at(action.slot);
  switch (action.kind) {
    case worker_pool::ActionKind::kSpawn:
      ++slot.epoch;
      slot.cpu = {};
      return at(now_ + scenario_.machine.start_up, Kind::kReady, action.slot, slot.epoch);
    case worker_pool::ActionKind::kPromote:
      if (action.cause != worker_pool::Cause::kLost) {
        ++trace_.growths;
        return join(action.slot);
      }
      return at(now_ + scenario_.machine.replacement, Kind::kJoin, action.slot, slot.epoch);
    case worker_pool::ActionKind::kRetire:
      scheduler_.retire_worker(worker_in(action.slot));
      if (!slot.job) finish_retiring(action.slot);
      return;
  }
}

void Simulation::ready(std::uint32_t slot) {
  pool_.ready(slot, now_);
  expect_loss(slot);
  ask_pool();
}

void Simulation::join(std::uint32_t slot) {
  slots_[slot].alive = true;
  scheduler_.add_worker(worker_in(slot));
  for (std::size_t i = 0; i < scenario_.machine.voices.size(); ++i) {
    scheduler_.voice_loaded(worker_in(slot), scheduler::VoiceId{i});
  }
  trace_.most_workers = std::max(trace_.most_workers, scheduler_.workers());
  consult_ = desk_.waiting() > 0;
}

void Simulation::expect_loss(std::uint32_t slot) {
  const double rate = scenario_.machine.losses_per_hour / 3600;
  if (rate <= 0) return;
  const auto when = now_ + base::from_seconds(std::exponential_distribution(rate)(random_));
  if (when <= last_call_) at(when, Kind::kCrash, slot, slots_[slot].epoch);
}

void Simulation::start(const scheduler::Dispatch& dispatch) {
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
  if (watches_) {
    stall_judge_.begin(dispatch.worker, {.wall_p95 = dispatch.p95.wall, .cpu_p95 = dispatch.p95.cpu}, slot.cpu, now_);
    if (!std::exchange(watching_, true)) at(now_ + worker_pool::StallJudge::kInterval, Kind::kWatch);
  }
  scheduler_.started(dispatch.job);
  begin_step(index);
}

void Simulation::cancel(const scheduler::CancelJob& cancel) {
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
  scheduler_.render_ended(job, now_);
  finish_retiring(index);
}

void Simulation::finish_retiring(std::uint32_t index) {
  if (pool_.slots()[index].state() == worker_pool::SlotState::kRetiring) lose(index);
}

void Simulation::plan_done(const scheduler::Dispatch& job, base::Duration audio, base::Duration took) {
  const auto it = listeners_.find(job.stream);
  if (it == listeners_.end()) return scheduler_.planned(job.job, {.took = took}, now_);
  Listener& listener = it->second;
  std::vector<base::Duration> grains;
  for (auto left = audio; left > base::Duration::zero(); left -= scenario_.machine.grain) {
    grains.push_back(std::min(left, scenario_.machine.grain));
  }
  listener.text_left -= audio;
  listener.segments.push_back(grains);
  const double guess = request(job.stream).guess;
  scheduler_.planned(job.job,
                     {.grains = grains,
                      .more_text = listener.text_left > base::Duration::zero(),
                      .expected = base::from_seconds(base::to_seconds(listener.text_left) * guess),
                      .took = took},
                     now_);
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
  scheduler_.grain_rendered(slot.job->job, took, now_);
}

void Simulation::end_job(std::uint32_t index) {
  Slot& slot = slots_[index];
  const auto job = *slot.job;
  slot.cpu = cpu_of(slot);
  slot.job.reset();
  stall_judge_.end(job.worker);
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

void Simulation::judge() {
  std::vector<worker_pool::StallJudge::Reading> readings;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.alive) {
      readings.push_back(
          {.worker = worker_in(i), .cpu = cpu_of(slot), .runnable = slot.job.has_value() && !slot.hangs});
    }
  }
  for (const auto& verdict : stall_judge_.judge(readings, now_)) {
    const auto index = slot_of(verdict.worker);
    ++trace_.kills;
    if (!slots_[index].hangs) ++trace_.wrong_kills;
    pool_.killed(index, worker_pool::Death::kStalled);
    lose(index);
  }
  if (!stall_judge_.idle() && !std::exchange(watching_, true)) {
    at(now_ + worker_pool::StallJudge::kInterval, Kind::kWatch);
  }
}

void Simulation::lose(std::uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.job) end_job(index);
  if (std::exchange(slot.alive, false)) scheduler_.remove_worker(worker_in(index), now_);
  ++slot.epoch;  // what was expected of the process does not come
  pool_.ended(index, now_);
  ask_pool();
}

bool Simulation::is_over() const { return now_ > last_call_ && listeners_.empty() && desk_.waiting() == 0; }

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
