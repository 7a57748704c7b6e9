#include <algorithm>
#include <utility>

#include "scheduler/chunk_rule.h"
#include "scheduler/scheduler.h"

// Whose turn it is.

namespace antiphon::scheduler {
namespace {

/// Spacing of chunks in the original plan's key (its assumed RTF of 0.2 times its chunk of 1 s).
constexpr base::Duration kPlanSpacing = std::chrono::milliseconds(200);

}  // namespace

void Scheduler::enqueue(Stream& stream) {
  dequeue(stream);
  if (stream.blocked || stream.job || idle(stream)) return;
  const auto served = options_.policy == Policy::kOurs ? accounts_.served(stream.spec.user) : base::Duration{};
  stream.queued = Key{.due = due(stream), .served = served.count(), .stream = stream.spec.id};
  if (options_.policy == Policy::kOurs && !stream.playback.started()) {
    enqueue_start(stream);
  } else {
    ready_.insert(*stream.queued);
  }
}

void Scheduler::enqueue_start(Stream& stream) {
  const auto id = stream.spec.id;
  stream.queued_to_start = true;
  start_dues_.insert(*stream.queued);
  if (const auto latest = latest_start(stream)) start_promises_.emplace(*latest, id);
  if (stream.begun) {
    begun_.emplace(stream.turn, id);
    return;
  }
  turns_.add(member_of(stream.spec), id, 1, stream.spec.weight);
}

void Scheduler::dequeue(Stream& stream) {
  const auto key = std::exchange(stream.queued, std::nullopt);
  if (!key) return;
  if (std::exchange(stream.queued_to_start, false)) {
    start_dues_.erase(*key);
    dequeue_start(stream);
  } else {
    ready_.erase(*key);
  }
}

void Scheduler::dequeue_start(Stream& stream) {
  const auto id = stream.spec.id;
  if (const auto latest = latest_start(stream)) start_promises_.erase({*latest, id});
  if (stream.begun) {
    begun_.erase({stream.turn, id});
    return;
  }
  turns_.remove(member_of(stream.spec), id);
}

void Scheduler::begin(Stream& stream) {
  if (stream.queued_to_start && stream.waiting && !stream.begun) {
    stream.turn = turns_.serve(member_of(stream.spec), stream.spec.id);
  }
  dequeue(stream);
  if (stream.waiting) stream.begun = true;
}

std::optional<base::StreamId> Scheduler::next(base::TimePoint now) const {
  if (start_dues_.empty() && ready_.empty()) return std::nullopt;
  const bool start = !start_dues_.empty() && (ready_.empty() || *start_dues_.begin() < *ready_.begin());
  if (!start) return ready_.begin()->stream;
  // Who was let in is heard in time, even out of turn.
  if (!start_promises_.empty() && start_promises_.begin()->first <= now) return start_promises_.begin()->second;
  if (!begun_.empty()) return begun_.begin()->second;
  return turns_.front();
}

std::optional<base::TimePoint> Scheduler::latest_start(const Stream& stream) const {
  if (options_.admission == Admission::kOff) return std::nullopt;
  return stream.arrival + options_.first_audio_target - options_.guard - stream.start_time - options_.longest_job;
}

void Scheduler::begin_waiting(Stream& stream, base::TimePoint now) {
  end_waiting(stream);
  stream.waiting = true;
  accounts_.begin_waiting(stream.spec);
  stream.arrival = now;
  stream.start_tag = accounts_.take_start_tag(stream.spec, now, start_spacing(stream));
  stream.start_time = start_time(stream.spec.voice, next_segment(stream));
  stream.begun = false;
}

void Scheduler::end_waiting(Stream& stream) {
  if (std::exchange(stream.waiting, false)) accounts_.end_waiting(stream.spec);
}

std::optional<Scheduler::Turn> Scheduler::next_turn(base::TimePoint now) const {
  const auto id = next(now);
  if (!id) return std::nullopt;
  const Stream& stream = streams_.at(*id);
  const auto kind = prefetches(stream, now) ? JobKind::kPlan : next_kind(stream);
  if (const auto worker = place(stream, kind)) return Turn{.stream = *id, .worker = *worker, .kind = kind};
  // A worker that makes its plan may still have places for chunks.
  const auto has_place = [](const auto& entry) {
    const auto& host = entry.second;
    return !host.retiring && host.places > 1 && host.jobs.size() < host.depth;
  };
  return std::ranges::any_of(workers_, has_place) ? next_render() : std::nullopt;
}

std::optional<Scheduler::Turn> Scheduler::next_render() const {
  std::optional<Turn> found;
  std::optional<Key> urgent;
  for (const auto* queue : {&start_dues_, &ready_}) {
    for (const auto& key : *queue) {
      if (urgent && *urgent < key) break;
      const Stream& stream = streams_.at(key.stream);
      if (stream.segments.empty()) continue;
      const auto worker = place(stream, JobKind::kRender);
      if (!worker) continue;
      urgent = key;
      found = Turn{.stream = key.stream, .worker = *worker, .kind = JobKind::kRender};
      break;
    }
  }
  return found;
}

std::optional<base::WorkerId> Scheduler::place(const Stream& stream, JobKind kind) const {
  std::optional<Rank> best;
  for (const auto& [id, worker] : workers_) {
    if (worker.retiring || worker.jobs.size() >= worker.depth || worker.lacks.contains(stream.spec.voice)) continue;
    // Of plans it gets no more than if it had one place: chunks are to have the others.
    const bool one_at_a_time = kind == JobKind::kPlan && worker.places > 1;
    if (one_at_a_time && worker.plans > worker.depth - worker.places) continue;
    const auto candidate = rank(stream, id, worker);
    if (!best || candidate < *best) best = candidate;
  }
  if (!best) return std::nullopt;
  return std::get<base::WorkerId>(*best);
}

std::int64_t Scheduler::due(const Stream& stream) const {
  const auto ticks = [](base::TimePoint time) { return time.time_since_epoch().count(); };
  switch (options_.policy) {
    case Policy::kFifo:
      return ticks(stream.arrival);
    case Policy::kRoundRobin:
      return static_cast<std::int64_t>(stream.last_turn);
    case Policy::kPlan:
      return ticks(stream.arrival + stream.chunks * kPlanSpacing);
    case Policy::kEdf:
    case Policy::kOurs:
      break;
  }
  const auto dry_at = stream.playback.dry_at();
  if (!dry_at) {
    if (options_.policy != Policy::kOurs) return ticks(stream.arrival + options_.start_slack);
    const auto in_turn = stream.start_tag + options_.start_slack;
    return ticks(std::min(in_turn, latest_start(stream).value_or(in_turn)));
  }
  const auto latest_start = *dry_at - options_.guard - options_.longest_job;
  if (next_kind(stream) == JobKind::kRender) return ticks(latest_start);
  return ticks(latest_start + stream.planned_ahead - 2 * options_.longest_job);
}

}  // namespace antiphon::scheduler
