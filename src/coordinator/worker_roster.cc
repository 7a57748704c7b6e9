#include "coordinator/worker_roster.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::coordinator {

using worker_pool::ActionKind;
using worker_pool::Death;
using worker_pool::SlotState;
using worker_pool::StallDetector;

namespace {

/// A job of a worker elsewhere that takes less is not late, to which comes what the way takes. A packet that was lost
/// is missed when those behind it arrive (RFC 8985), which the heartbeat of a busy link sees to. Only where they are
/// lost, too, does it take the 200 ms and more of a time-out; a worker that is given up for that joins again, and
/// nobody hears it.
constexpr base::Duration kLinkPatience = std::chrono::milliseconds(150);

base::Duration times(base::Duration duration, double factor) {
  return base::from_seconds(base::to_seconds(duration) * factor);
}

}  // namespace

WorkerRoster::WorkerRoster(const Options& options, scheduler::Scheduler& scheduler, std::vector<Command>& commands)
    : options_(options),
      scheduler_(scheduler),
      commands_(commands),
      pool_(options.pool),
      judge_(options.pool.stall),
      slots_(pool_.slots().size()),
      texts_({.losses = options.scheduling.worker_losses_per_job}) {}

void WorkerRoster::handle(const WorkerConnected& event, base::TimePoint /*now*/) {
  if (event.slot && pool_.slots()[*event.slot].state() != SlotState::kStarting) return;
  add({.id = event.worker}, event.slot);
}

void WorkerRoster::handle(const LoadBegan& event, base::TimePoint now) {
  Member* const member = find(event.worker);
  if (member == nullptr) return;
  member->cpu = std::max(member->cpu, event.cpu);
  give(*member, {.number = event.load, .work = {.task = StallDetector::Task::kLoad}}, event.before, now);
}

void WorkerRoster::handle(const LoadEnded& event, base::TimePoint now) {
  Member* const member = find(event.worker);
  if (member == nullptr) return;
  member->cpu = std::max(member->cpu, event.cpu);
  member->tasks.ended(event.load, member->cpu, now);
}

void WorkerRoster::handle(const WorkerReady& event, base::TimePoint now) {
  if (pool_.slots()[event.slot].state() != SlotState::kStarting) return;
  pool_.ready(event.slot, now);
  add(event.worker, event.slot);
  changed_ = true;
}

void WorkerRoster::handle(const WorkerNotSpawned& event, base::TimePoint now) {
  if (pool_.slots()[event.slot].state() == SlotState::kStarting) pool_.not_started(event.slot, now);
}

void WorkerRoster::handle(const WorkerFaulty& event, base::TimePoint now) {
  if (!event.slot) {
    if (Member* const member = find(event.worker)) kill(*member, event.death, std::nullopt, now);
    return;
  }
  const auto& slot = pool_.slots()[*event.slot];
  if (!slot.runs() || slot.state() == SlotState::kEnding) return;
  if (Member* const member = in_slot(*event.slot)) return kill(*member, event.death, std::nullopt, now);
  changed_ = true;
  pool_.killed(*event.slot, event.death);
  commands_.emplace_back(Kill{.slot = event.slot, .worker = {}, .death = event.death});
}

void WorkerRoster::handle(const WorkerEnded& event, base::TimePoint now) {
  if (!pool_.slots()[event.slot].runs()) return;
  if (const auto worker = slots_[event.slot].worker) remove(*worker, now);
  pool_.ended(event.slot, now, std::exchange(slots_[event.slot].blame, worker_pool::Blame::kSlot));
  changed_ = true;
}

void WorkerRoster::handle(const RemoteJoined& event, base::TimePoint /*now*/) {
  join(add(event.worker, std::nullopt));
  changed_ = true;
}

void WorkerRoster::handle(const RemoteRetires& event, base::TimePoint /*now*/) {
  Member* const member = find(event.worker);
  if (member == nullptr || std::exchange(member->retires, true)) return;
  if (member->takes_jobs) scheduler_.retire_worker(event.worker);
}

void WorkerRoster::handle(const RemoteLost& event, base::TimePoint now) {
  remove(event.worker, now);
  changed_ = true;
}

void WorkerRoster::handle(const VoiceLoaded& event, base::TimePoint /*now*/) {
  Member* const member = find(event.worker);
  if (member == nullptr) return;
  if (member->takes_jobs) return scheduler_.voice_loaded(event.worker, event.voice);
  if (std::ranges::find(member->worker.voices, event.voice) != member->worker.voices.end()) return;
  member->worker.voices.push_back(event.voice);
}

void WorkerRoster::handle(const VoiceUnloaded& event, base::TimePoint /*now*/) {
  Member* const member = find(event.worker);
  if (member == nullptr) return;
  if (member->takes_jobs) return scheduler_.voice_unloaded(event.worker, event.voice);
  std::erase(member->worker.voices, event.voice);
}

void WorkerRoster::handle(const VoiceLacking& event, base::TimePoint /*now*/) {
  const Member* const member = find(event.worker);
  if (member != nullptr && member->takes_jobs) scheduler_.voice_lacking(event.worker, event.voice);
}

void WorkerRoster::handle(const LinkMeasured& event, base::TimePoint /*now*/) {
  const Member* const member = find(event.worker);
  if (member == nullptr || !member->takes_jobs) return;
  scheduler_.set_distance(event.device, event.distance);
  scheduler_.set_depth(event.worker, event.depth);
}

void WorkerRoster::handle(const RoundTripMeasured& event, base::TimePoint /*now*/) {
  if (Member* const member = find(event.worker)) member->round_trip = event.round_trip;
}

void WorkerRoster::handle(const FaultsReset& /*event*/, base::TimePoint /*now*/) { pool_.reset(); }

void WorkerRoster::handle(const MemoryMeasured& event, base::TimePoint /*now*/) { memory_ = event; }

void WorkerRoster::handle(const ResidentMeasured& event, base::TimePoint /*now*/) {
  pool_.resident(event.slot, event.bytes);
}

StallDetector::Work WorkerRoster::dispatched(const scheduler::Dispatch& job, double text_share, base::TimePoint now) {
  Member* const member = find(job.worker);
  ANTIPHON_CHECK(member != nullptr && member->takes_jobs, "jobs go to workers that take jobs");
  StallDetector::Work work;
  if (job.learnt || options_.estimates == Estimates::kAll) {
    // What its process computes meanwhile is for all that it has under way.
    work = {.wall_p95 = job.p95.wall, .cpu_p95 = job.p95.cpu * member->worker.places};
  }
  if (text_share > 1) work = {.wall_p95 = times(work.wall_p95, text_share), .cpu_p95 = times(work.cpu_p95, text_share)};
  jobs_.emplace(job.job, Job{.worker = job.worker, .stream = job.stream});
  give(*member, {.number = job.job.value, .work = with_patience(*member, work)}, std::nullopt, now);
  return work;
}

void WorkerRoster::give(Member& member, const worker_pool::TaskQueue::Task& task, std::optional<base::JobId> before,
                        base::TimePoint now) {
  if (before) {
    member.tasks.add_before(before->value, task, member.cpu, now);
  } else {
    member.tasks.add(task, member.cpu, now);
  }
  if (options_.stalls == StallDetection::kOn && !judge_at_) judge_at_ = now + StallDetector::kInterval;
}

StallDetector::Work WorkerRoster::with_patience(const Member& member, StallDetector::Work work) const {
  // The link process sees the worker's process and decides: while it is heard the worker has what time it needs, up to
  // the limit of all jobs. This is for links that are dead, which does not depend on what the job takes, unless the
  // rule is to look at nothing else.
  if (!member.round_trip || work.wall_p95 <= base::Duration{}) return work;
  const auto& stall = options_.pool.stall;
  auto limit = kLinkPatience;
  if (stall.rule == worker_pool::KillRule::kWall) {
    limit = std::max({limit, times(work.wall_p95, stall.factor), stall.floor});
  }
  limit += 4 * *member.round_trip;
  return {.wall_p95 = times(limit, 1 / stall.factor)};
}

void WorkerRoster::started(const JobStarted& event, base::TimePoint now) {
  Member* const member = of_job(event.job);
  if (member == nullptr) return;
  jobs_.at(event.job).text = event.text;
  member->cpu = std::max(member->cpu, event.cpu);
  member->tasks.started(event.job.value, member->cpu, now);
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
  if (member == nullptr) return;
  texts_.planned(jobs_.at(job).text);
  if (member->slot) pool_.planned(*member->slot);
}

void WorkerRoster::ask_pool(const Demand& demand, base::TimePoint now) {
  const worker_pool::Sample sample{.load = scheduler_.load(),
                                   .start_wait = scheduler_.start_wait(now),
                                   .refusals = demand.refusals,
                                   .spare_requests = demand.spare_requests,
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

void WorkerRoster::tick(std::span<const StallDetector::Reading> readings, base::TimePoint now) {
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
  if (!judge_.idle()) judge_at_ = now + StallDetector::kInterval;
}

bool WorkerRoster::judges(base::TimePoint now) const {
  const auto is_due = [now](const Takeover& takeover) { return takeover.at <= now; };
  return judge_at_ && *judge_at_ <= now && std::ranges::none_of(takeovers_, is_due);
}

std::optional<base::TimePoint> WorkerRoster::next_tick() const {
  auto next = judge_at_;
  for (const auto& takeover : takeovers_) next = next ? std::min(*next, takeover.at) : takeover.at;
  return next;
}

WorkerRoster::Member& WorkerRoster::add(const Worker& worker, std::optional<SlotIndex> slot) {
  const auto [it, is_new] =
      members_.try_emplace(worker.id, Member{.worker = worker, .slot = slot, .tasks = worker_pool::TaskQueue(judge_)});
  Member& member = it->second;
  ANTIPHON_CHECK(!member.takes_jobs && member.slot == slot, "a worker's id is new");
  member.worker = worker;
  if (!is_new) return member;
  member.tasks.reset(worker.id);
  if (slot) slots_[*slot] = {.worker = worker.id};
  return member;
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

void WorkerRoster::kill(Member& member, Death death, std::optional<StallDetector::Verdict> stall, base::TimePoint now) {
  commands_.emplace_back(Kill{.slot = member.slot, .worker = member.worker.id, .death = death, .stall = stall});
  if (member.slot) pool_.killed(*member.slot, death);
  changed_ = true;
  remove(member.worker.id, now);
}

worker_pool::Blame WorkerRoster::blame_texts(const Member& member, base::TimePoint now) {
  auto blame = worker_pool::Blame::kSlot;
  for (const auto& [id, job] : jobs_) {
    if (job.worker != member.worker.id || job.text == kNoText) continue;
    blame = worker_pool::Blame::kText;
    commands_.emplace_back(
        TextBlamed{.stream = job.stream, .worker = job.worker, .losses = texts_.lost(job.text, now)});
  }
  return blame;
}

void WorkerRoster::remove(base::WorkerId worker, base::TimePoint now) {
  const auto it = members_.find(worker);
  if (it == members_.end()) return;
  Member& member = it->second;
  member.tasks.clear();
  // The end of a worker elsewhere says nothing of its texts: its link may have been lost instead.
  if (member.slot) slots_[*member.slot] = {.worker = std::nullopt, .blame = blame_texts(member, now)};
  std::erase_if(jobs_, [worker](const auto& entry) { return entry.second.worker == worker; });
  if (member.takes_jobs) scheduler_.remove_worker(worker, now);
  if (member.slot) {
    std::erase_if(takeovers_, [&](const Takeover& takeover) { return takeover.slot == *member.slot; });
  }
  members_.erase(it);
}

WorkerRoster::Member* WorkerRoster::find(base::WorkerId worker) {
  const auto it = members_.find(worker);
  return it == members_.end() ? nullptr : &it->second;
}

WorkerRoster::Member* WorkerRoster::in_slot(SlotIndex slot) {
  return slots_[slot].worker ? find(*slots_[slot].worker) : nullptr;
}

WorkerRoster::Member* WorkerRoster::of_job(base::JobId job) {
  const auto it = jobs_.find(job);
  return it == jobs_.end() ? nullptr : find(it->second.worker);
}

std::uint32_t WorkerRoster::remote_workers() const {
  return static_cast<std::uint32_t>(std::ranges::count_if(members_, [](const auto& entry) {
    const Member& member = entry.second;
    return !member.slot && member.takes_jobs && !member.retires;
  }));
}

}  // namespace antiphon::coordinator
