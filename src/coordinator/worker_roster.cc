#include "coordinator/worker_roster.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::coordinator {

using worker_pool::ActionKind;
using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallJudge;

WorkerRoster::WorkerRoster(const Options& options, scheduler::Scheduler& scheduler, std::vector<Command>& commands)
    : options_(options),
      scheduler_(scheduler),
      commands_(commands),
      pool_(options.pool),
      judge_(options.pool.stall),
      slots_(pool_.slots().size()) {}

void WorkerRoster::handle(const WorkerReady& event, base::TimePoint now) {
  if (pool_.slots()[event.slot].state() != SlotState::kStarting) return;
  pool_.ready(event.slot, now);
  add(event.worker, event.slot);
  slots_[event.slot] = event.worker.id;
  changed_ = true;
}

void WorkerRoster::handle(const WorkerNotSpawned& event, base::TimePoint now) {
  if (pool_.slots()[event.slot].state() == SlotState::kStarting) pool_.not_started(event.slot, now);
}

void WorkerRoster::handle(const WorkerFaulty& event, base::TimePoint now) {
  const auto& slot = pool_.slots()[event.slot];
  if (!slot.runs() || slot.state() == SlotState::kEnding) return;
  changed_ = true;
  if (Member* const member = in_slot(event.slot)) return kill(*member, event.death, std::nullopt, now);
  pool_.killed(event.slot, event.death);
  commands_.emplace_back(Kill{.slot = event.slot, .worker = {}, .death = event.death});
}

void WorkerRoster::handle(const WorkerEnded& event, base::TimePoint now) {
  if (!pool_.slots()[event.slot].runs()) return;
  if (const auto worker = slots_[event.slot]) remove(*worker, now);
  pool_.ended(event.slot, now, event.blame);
  changed_ = true;
}

void WorkerRoster::handle(const RemoteJoined& event, base::TimePoint /*now*/) {
  join(add(event.worker, std::nullopt));
  changed_ = true;
}

void WorkerRoster::handle(const RemoteRetires& event, base::TimePoint /*now*/) {
  scheduler_.retire_worker(event.worker);
}

void WorkerRoster::handle(const RemoteLost& event, base::TimePoint now) {
  remove(event.worker, now);
  changed_ = true;
}

void WorkerRoster::handle(const VoiceLoaded& event, base::TimePoint /*now*/) {
  scheduler_.voice_loaded(event.worker, event.voice);
}

void WorkerRoster::handle(const VoiceUnloaded& event, base::TimePoint /*now*/) {
  scheduler_.voice_unloaded(event.worker, event.voice);
}

void WorkerRoster::handle(const VoiceLacking& event, base::TimePoint /*now*/) {
  scheduler_.voice_lacking(event.worker, event.voice);
}

void WorkerRoster::handle(const LinkMeasured& event, base::TimePoint /*now*/) {
  scheduler_.set_distance(event.device, event.distance);
  scheduler_.set_depth(event.worker, event.depth);
}

void WorkerRoster::handle(const MemoryMeasured& event, base::TimePoint /*now*/) { memory_ = event; }

void WorkerRoster::handle(const ResidentMeasured& event, base::TimePoint /*now*/) {
  pool_.resident(event.slot, event.bytes);
}

StallJudge::Work WorkerRoster::dispatched(const scheduler::Dispatch& job, base::TimePoint now) {
  Member* const member = find(job.worker);
  ANTIPHON_CHECK(member != nullptr && member->takes_jobs, "jobs go to workers that take jobs");
  StallJudge::Work work;
  if (job.learnt || options_.estimates == Estimates::kAll) {
    // What its process computes meanwhile is for all that it has under way.
    work = {.wall_p95 = job.p95.wall, .cpu_p95 = job.p95.cpu * member->worker.places};
  }
  jobs_.emplace(job.job, job.worker);
  member->tasks.add({.number = job.job.value, .work = work}, member->cpu, now);
  if (options_.stalls == StallDetection::kOn && !judge_at_) judge_at_ = now + StallJudge::kInterval;
  return work;
}

void WorkerRoster::started(base::JobId job, base::Duration cpu, base::TimePoint now) {
  Member* const member = of_job(job);
  if (member == nullptr) return;
  member->cpu = std::max(member->cpu, cpu);
  member->tasks.started(job.value, member->cpu, now);
}

void WorkerRoster::progressed(base::JobId job, base::TimePoint now) {
  if (Member* const member = of_job(job)) member->tasks.progressed(now);
}

void WorkerRoster::ended(base::JobId job, base::Duration cpu, base::TimePoint now) {
  Member* const member = of_job(job);
  if (member == nullptr) return;
  member->cpu = std::max(member->cpu, cpu);
  member->tasks.ended(job.value, member->cpu, now);
  jobs_.erase(job);
}

void WorkerRoster::planned(base::JobId job) {
  const Member* const member = of_job(job);
  if (member != nullptr && member->slot) pool_.planned(*member->slot);
}

void WorkerRoster::ask_pool(const Demand& demand, base::TimePoint now) {
  const worker_pool::Sample sample{.load = scheduler_.load(),
                                   .start_wait = scheduler_.start_wait(now),
                                   .refusals = demand.refusals,
                                   .calls = demand.calls,
                                   .others = remote_workers(),
                                   .machine = memory_.machine,
                                   .device = memory_.device,
                                   .worker_bytes = memory_.worker_bytes,
                                   .worker_device_bytes = memory_.worker_device_bytes};
  for (const auto& action : pool_.update(sample, now)) {
    switch (action.kind) {
      case ActionKind::kSpawn:
        commands_.emplace_back(Spawn{.slot = action.slot, .cause = action.cause});
        break;
      case ActionKind::kPromote:
        if (options_.takeover > base::Duration::zero() && action.cause == worker_pool::Cause::kLost) {
          takeovers_.push_back({.at = now + options_.takeover, .slot = action.slot, .cause = action.cause});
        } else {
          promote(action.slot, action.cause);
        }
        break;
      case ActionKind::kRetire:
        retire(action);
        break;
    }
  }
}

void WorkerRoster::tick(std::span<const StallJudge::Reading> readings, base::TimePoint now) {
  const auto is_due = [now](const Takeover& takeover) { return takeover.at <= now; };
  for (const auto& takeover : takeovers_) {
    if (is_due(takeover)) promote(takeover.slot, takeover.cause);
  }
  // The newcomers are given work before others are judged, in another tick.
  if (std::erase_if(takeovers_, is_due) > 0) return;
  if (!judge_at_ || *judge_at_ > now) return;
  judge_at_.reset();
  for (const auto& reading : readings) {
    if (Member* const member = find(reading.worker)) member->cpu = std::max(member->cpu, reading.cpu);
  }
  for (const auto& verdict : judge_.judge(readings, now)) {
    Member* const member = find(verdict.worker);
    if (member == nullptr) continue;
    kill(*member, verdict.stall == worker_pool::Stall::kLoad ? Death::kLoadStalled : Death::kStalled, verdict, now);
  }
  if (!judge_.idle()) judge_at_ = now + StallJudge::kInterval;
}

std::optional<base::TimePoint> WorkerRoster::next_tick() const {
  auto next = judge_at_;
  for (const auto& takeover : takeovers_) next = next ? std::min(*next, takeover.at) : takeover.at;
  return next;
}

WorkerRoster::Member& WorkerRoster::add(const Worker& worker, std::optional<SlotIndex> slot) {
  const auto [it, is_new] =
      members_.try_emplace(worker.id, Member{.worker = worker, .slot = slot, .tasks = worker_pool::TaskQueue(judge_)});
  ANTIPHON_CHECK(is_new, "a worker's id is new");
  it->second.tasks.reset(worker.id);
  return it->second;
}

void WorkerRoster::join(Member& member) {
  const Worker& worker = member.worker;
  member.takes_jobs = true;
  joined_ = true;
  scheduler_.add_worker(worker.id, worker.places + worker.depth - 1, worker.device, worker.places);
  for (const auto voice : worker.voices) scheduler_.voice_loaded(worker.id, voice);
}

void WorkerRoster::promote(SlotIndex slot, worker_pool::Cause cause) {
  Member* const member = in_slot(slot);
  ANTIPHON_CHECK(member != nullptr, "a spare that is promoted is ready");
  join(*member);
  commands_.emplace_back(Promote{.slot = slot, .worker = member->worker.id, .cause = cause});
}

void WorkerRoster::retire(const worker_pool::Action& action) {
  std::erase_if(takeovers_, [&](const Takeover& takeover) { return takeover.slot == action.slot; });
  const Member* const member = in_slot(action.slot);
  ANTIPHON_CHECK(member != nullptr, "a worker that retires was ready");
  scheduler_.retire_worker(member->worker.id);
  commands_.emplace_back(Retire{.slot = action.slot, .worker = member->worker.id, .cause = action.cause});
}

void WorkerRoster::kill(Member& member, Death death, std::optional<StallJudge::Verdict> stall, base::TimePoint now) {
  commands_.emplace_back(Kill{.slot = member.slot, .worker = member.worker.id, .death = death, .stall = stall});
  if (member.slot) pool_.killed(*member.slot, death);
  remove(member.worker.id, now);
}

void WorkerRoster::remove(base::WorkerId worker, base::TimePoint now) {
  const auto it = members_.find(worker);
  if (it == members_.end()) return;
  Member& member = it->second;
  member.tasks.clear();
  std::erase_if(jobs_, [worker](const auto& entry) { return entry.second == worker; });
  if (member.takes_jobs) scheduler_.remove_worker(worker, now);
  if (member.slot) {
    std::erase_if(takeovers_, [&](const Takeover& takeover) { return takeover.slot == *member.slot; });
    slots_[*member.slot].reset();
  }
  members_.erase(it);
}

WorkerRoster::Member* WorkerRoster::find(base::WorkerId worker) {
  const auto it = members_.find(worker);
  return it == members_.end() ? nullptr : &it->second;
}

WorkerRoster::Member* WorkerRoster::in_slot(SlotIndex slot) { return slots_[slot] ? find(*slots_[slot]) : nullptr; }

WorkerRoster::Member* WorkerRoster::of_job(base::JobId job) {
  const auto it = jobs_.find(job);
  return it == jobs_.end() ? nullptr : find(it->second);
}

std::uint32_t WorkerRoster::remote_workers() const {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(members_, [](const auto& entry) { return !entry.second.slot.has_value(); }));
}

}  // namespace antiphon::coordinator
