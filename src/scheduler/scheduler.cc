#include "scheduler/scheduler.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "scheduler/chunk_rule.h"

namespace antiphon::scheduler {
namespace {

/// How often the load is read.
constexpr base::Duration kAssessment = std::chrono::milliseconds(100);
/// A stream that is this far ahead of its listener may have later segments planned, and how many may lie planned.
constexpr base::Duration kPrefetchLead = std::chrono::seconds(2);
constexpr std::size_t kPrefetchedSegments = 3;

}  // namespace

Scheduler::Scheduler(Options options) : options_(std::move(options)) {
  ANTIPHON_CHECK(options_.validate().has_value(), "scheduler options");
}

void Scheduler::add_worker(base::WorkerId worker, std::uint32_t depth, DeviceId device, std::uint32_t places) {
  ANTIPHON_CHECK(places >= 1 && depth >= places, "queue depth");
  const bool added =
      workers_.try_emplace(worker, Worker{.depth = depth, .places = places, .device = device, .jobs = {}, .voices = {}})
          .second;
  ANTIPHON_CHECK(added, "worker id is new");
  ++devices_[device];
  costs_.add_worker(device);
  places_ += places;
}

void Scheduler::set_depth(base::WorkerId worker, std::uint32_t depth) {
  ANTIPHON_CHECK(depth >= 1, "queue depth");
  if (const auto it = workers_.find(worker); it != workers_.end()) it->second.depth = it->second.places + depth - 1;
}

void Scheduler::voice_loaded(base::WorkerId worker, VoiceId voice) {
  if (const auto it = workers_.find(worker); it != workers_.end()) it->second.voices.insert(voice);
}

void Scheduler::voice_unloaded(base::WorkerId worker, VoiceId voice) {
  if (const auto it = workers_.find(worker); it != workers_.end()) it->second.voices.erase(voice);
}

void Scheduler::voice_lacking(base::WorkerId worker, VoiceId voice) {
  if (const auto it = workers_.find(worker); it != workers_.end()) it->second.lacks.insert(voice);
}

void Scheduler::retire_worker(base::WorkerId worker) {
  const auto it = workers_.find(worker);
  if (it == workers_.end() || std::exchange(it->second.retiring, true)) return;
  ++retiring_;
  places_ -= it->second.places;
}

void Scheduler::remove_worker(base::WorkerId worker, base::TimePoint now) {
  const auto it = workers_.find(worker);
  if (it == workers_.end()) return;
  const auto lost = std::move(it->second.jobs);
  const auto device = devices_.find(it->second.device);
  --device->second;
  costs_.remove_worker(device->first);
  if (device->second == 0) devices_.erase(device);
  if (it->second.retiring) {
    --retiring_;
  } else {
    places_ -= it->second.places;
  }
  workers_.erase(it);
  for (const auto id : lost) {
    const auto job = jobs_.find(id);
    Stream* stream = stream_of(job->second);
    const bool at_work = job->second.started || !job->second.loaded;
    jobs_.erase(job);
    if (stream == nullptr) continue;
    stream->job.reset();
    if (at_work) ++stream->losses;
    if (stream->losses >= options_.worker_losses_per_job) {
      pending_.emplace_back(StreamFailed{stream->spec.id});
      forget(stream->spec.id, now);
    } else {
      after_render(*stream, now);
    }
  }
}

void Scheduler::add_stream(const StreamSpec& spec, base::TimePoint now) {
  ANTIPHON_CHECK(spec.weight > 0.0, "weight");
  auto [it, added] = streams_.try_emplace(spec.id);
  ANTIPHON_CHECK(added, "stream id is new");
  Stream& stream = it->second;
  stream.spec = spec;
  stream.arrival = now;
  stream.unplanned = spec.expected;
  stream.text_ready = !spec.awaits_text;
  accounts_.enter(spec);
  if (stream.text_ready) begin_waiting(stream, now);
  enqueue(stream);
}

void Scheduler::started(base::JobId job) {
  if (const auto it = jobs_.find(job); it != jobs_.end()) it->second.started = true;
}

void Scheduler::planned(base::JobId id, const PlanOutcome& outcome, base::TimePoint now) {
  Job* job = find_job(id, JobKind::kPlan);
  if (job == nullptr) return;
  base::Duration audio{};
  for (const auto grain : outcome.grains) audio += grain;
  charge(*job, outcome.took);
  costs_.observe_plan(job->cost, audio, occupied(*job, now));
  Stream* stream = stream_of(*job);
  end_job(id, now);
  if (stream == nullptr) return;
  stream->losses = 0;
  stream->text_ready = outcome.more_text;
  stream->text_left = outcome.more_text || outcome.awaits_text;
  stream->unplanned = outcome.expected;
  if (!outcome.grains.empty()) {
    stream->segments.push_back(Segment{
        .index = stream->segments_planned++, .grains = {outcome.grains.begin(), outcome.grains.end()}, .next = 0});
    stream->planned_ahead += audio;
  }
  finish_if_done(*stream, now);
}

void Scheduler::plan_again(base::JobId id) {
  const Job* job = find_job(id, JobKind::kPlan);
  if (job == nullptr) return;
  Stream* stream = stream_of(*job);
  end_job(id, job->begun);
  if (stream != nullptr) enqueue(*stream);
}

void Scheduler::grain_rendered(base::JobId id, WorkTime took, base::TimePoint now) {
  Job* job = find_job(id, JobKind::kRender);
  if (job == nullptr || job->grains_left == 0) return;
  --job->grains_left;
  charge(*job, took);
  Stream* stream = stream_of(*job);
  if (stream == nullptr) return;
  Segment& segment = stream->segments.front();
  const auto audio = segment.grains[segment.next++];
  job->audio += audio;
  stream->losses = 0;
  stream->planned_ahead -= audio;
  stream->playback.advance(audio, now);
  end_waiting(*stream);
}

void Scheduler::render_ended(base::JobId id, base::TimePoint now) {
  const Job* job = find_job(id, JobKind::kRender);
  if (job == nullptr) return;
  Stream* stream = stream_of(*job);
  if (stream != nullptr && job->grains_left == 0) costs_.observe_render(job->cost, job->audio, occupied(*job, now));
  end_job(id, now);
  if (stream != nullptr) after_render(*stream, now);
}

void Scheduler::cancel_stream(base::StreamId id, base::TimePoint now) {
  const auto it = streams_.find(id);
  if (it == streams_.end()) return;
  if (it->second.job) {
    Job& job = jobs_.at(*it->second.job);
    job.cancelled = true;
    pending_.emplace_back(CancelJob{*it->second.job, job.worker});
  }
  forget(id, now);
}

void Scheduler::block_stream(base::StreamId id) {
  const auto it = streams_.find(id);
  if (it == streams_.end()) return;
  it->second.blocked = true;
  dequeue(it->second);
}

void Scheduler::unblock_stream(base::StreamId id, base::Duration taken, base::TimePoint now) {
  const auto it = streams_.find(id);
  if (it == streams_.end() || !it->second.blocked) return;
  it->second.blocked = false;
  it->second.playback.excuse_until(now + taken);
  enqueue(it->second);
}

std::vector<Action> Scheduler::poll(base::TimePoint now) {
  for (const auto& idle : accounts_.forget_idle(now, options_.user_memory)) turns_.forget(idle);
  auto actions = std::exchange(pending_, {});
  while (const auto turn = next_turn(now)) {
    begin(streams_.at(turn->stream));
    actions.emplace_back(dispatch(*turn, now));
  }
  if (now - assessed_ >= kAssessment) assess(now);
  for (auto& action : std::exchange(pending_, {})) actions.push_back(std::move(action));
  return actions;
}

const PlaybackClock* Scheduler::playback(base::StreamId id) const {
  const auto it = streams_.find(id);
  return it == streams_.end() ? nullptr : &it->second.playback;
}

Scheduler::Left Scheduler::left_of(base::StreamId id) const {
  const auto it = streams_.find(id);
  if (it == streams_.end()) return {};
  return {.planned = it->second.planned_ahead, .unplanned = it->second.unplanned};
}

Scheduler::Job* Scheduler::find_job(base::JobId id, JobKind kind) {
  const auto it = jobs_.find(id);
  return it == jobs_.end() || it->second.kind != kind ? nullptr : &it->second;
}

Scheduler::Stream* Scheduler::stream_of(const Job& job) {
  if (job.cancelled) return nullptr;
  const auto it = streams_.find(job.stream);
  return it == streams_.end() ? nullptr : &it->second;
}

void Scheduler::end_job(base::JobId id, base::TimePoint now) {
  const auto it = jobs_.find(id);
  if (Stream* stream = stream_of(it->second)) stream->job.reset();
  Worker& worker = workers_.at(it->second.worker);
  worker.jobs.erase(id);
  if (it->second.kind == JobKind::kPlan) --worker.plans;
  worker.free_since = std::max(worker.free_since, now);
  jobs_.erase(it);
}

void Scheduler::charge(Job& job, WorkTime took) {
  job.took.wall += took.wall;
  job.took.cpu += took.cpu;
  job.took.share += took.share;
  accounts_.charge(job.user, took.share);
}

WorkTime Scheduler::occupied(const Job& job, base::TimePoint now) const {
  if (!job.loaded) return job.took;
  const auto& worker = workers_.at(job.worker);
  if (worker.places > 1) {
    // Others are under way meanwhile: their ends do not say when this one began, nor had it all the time to itself. How
    // long a plan waited for them is its stream's own matter.
    const auto wall = job.kind == JobKind::kPlan ? job.took.wall : std::max(job.took.wall, now - job.begun);
    return {wall, job.took.cpu, job.took.share};
  }
  return {std::max(job.took.wall, now - std::max(job.begun, worker.free_since)), job.took.cpu};
}

void Scheduler::after_render(Stream& stream, base::TimePoint now) {
  if (!stream.segments.empty() && stream.segments.front().next == stream.segments.front().grains.size()) {
    stream.segments.pop_front();
  }
  finish_if_done(stream, now);
}

void Scheduler::finish_if_done(Stream& stream, base::TimePoint now) {
  if (!stream.segments.empty() || stream.text_left) {
    enqueue(stream);
    return;
  }
  pending_.emplace_back(StreamDone{stream.spec.id});
  forget(stream.spec.id, now);
}

void Scheduler::forget(base::StreamId id, base::TimePoint now) {
  Stream& stream = streams_.at(id);
  dequeue(stream);
  end_waiting(stream);
  accounts_.leave(stream.spec, now);
  streams_.erase(id);
}

JobKind Scheduler::next_kind(const Stream& stream) const {
  if (stream.segments.empty()) return JobKind::kPlan;
  const bool prefetch = stream.playback.started() && stream.planned_ahead <= 2 * options_.longest_job;
  return prefetch && stream.text_ready ? JobKind::kPlan : JobKind::kRender;
}

bool Scheduler::prefetches(const Stream& stream, base::TimePoint now) const {
  return stream.text_ready && ladder_.level() < Degradation::kNoPrefetch &&
         stream.segments.size() < kPrefetchedSegments && stream.playback.dry_at().value_or(now) - now >= kPrefetchLead;
}

Scheduler::Rank Scheduler::rank(const Stream& stream, base::WorkerId id, const Worker& worker) const {
  switch (options_.placement) {
    case Placement::kAffinity:
      break;
    case Placement::kLeastLoaded:
      return {worker.jobs.size(), 0, 0, id};
    case Placement::kRoundRobin:
      return {id > placed_last_ ? 0 : 1, 0, 0, id};
  }
  return {worker.voices.contains(stream.spec.voice) ? 0 : 1, stream.last_worker == id ? 0 : 1, worker.jobs.size(), id};
}

std::size_t Scheduler::jobs_of(base::WorkerId worker) const {
  const auto it = workers_.find(worker);
  return it == workers_.end() ? 0 : it->second.jobs.size();
}

Dispatch Scheduler::dispatch(const Turn& turn, base::TimePoint now) {
  const auto worker = turn.worker;
  Stream& stream = streams_.at(turn.stream);
  Worker& host = workers_.at(worker);
  const auto busy = std::ranges::count_if(workers_, [](const auto& entry) { return !entry.second.jobs.empty(); });
  const CostKey cost{.voice = stream.spec.voice,
                     .device = host.device,
                     .busy = static_cast<std::uint32_t>(busy) + (host.jobs.empty() ? 1U : 0U)};
  Dispatch result{.job = base::JobId{next_job_++},
                  .worker = worker,
                  .stream = stream.spec.id,
                  .kind = turn.kind,
                  .segment = stream.segments_planned,
                  .alone = stream.losses > 0};
  describe(stream, cost, result, now);
  if (result.kind == JobKind::kRender) ++stream.chunks;
  stream.job = result.job;
  stream.last_worker = worker;
  placed_last_ = worker;
  stream.last_turn = ++turn_;
  jobs_.emplace(result.job, Job{.stream = stream.spec.id,
                                .user = stream.spec.user,
                                .worker = worker,
                                .kind = result.kind,
                                .cost = cost,
                                .loaded = host.voices.contains(stream.spec.voice),
                                .grains_left = result.grains,
                                .cancelled = false,
                                .started = false,
                                .begun = now,
                                .audio = {},
                                .took = {}});
  host.jobs.insert(result.job);
  if (result.kind == JobKind::kPlan) ++host.plans;
  return result;
}

void Scheduler::describe(const Stream& stream, const CostKey& cost, Dispatch& job, base::TimePoint now) const {
  CostBook::Expectation times;
  if (job.kind == JobKind::kPlan) {
    times = costs_.plan(cost, next_segment(stream));
    times.p95 = costs_.plan(cost, kLongestSegment).p95;
  } else {
    const Segment& segment = stream.segments.front();
    const auto left = std::span(segment.grains).subspan(segment.next);
    const auto dry_at = stream.playback.dry_at();
    job.segment = segment.index;
    job.first_grain = segment.next;
    job.grains = chunk_grains(options_, costs_.model(cost), costs_.pace(cost),
                              {.grains = left,
                               .first = !dry_at.has_value(),
                               .until_dry = dry_at.value_or(now) - now,
                               .workers = worker_count(),
                               .streams = static_cast<std::uint32_t>(busy_streams()),
                               .loaded = ladder_.level() >= Degradation::kNoPrefetch});
    base::Duration audio{};
    for (const auto grain : left.first(job.grains)) audio += grain;
    times = costs_.render(cost, audio);
  }
  job.expected = times.expected;
  job.p95 = times.p95;
  job.learnt = times.learnt;
}

}  // namespace antiphon::scheduler
