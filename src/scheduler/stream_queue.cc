#include "scheduler/stream_queue.h"

#include <algorithm>
#include <utility>

#include "scheduler/next_job.h"

namespace antiphon::scheduler {
namespace {

using records::Key;
using records::Stream;

/// Spacing of chunks in the original plan's key (its assumed RTF of 0.2 times its chunk of 1 s).
constexpr base::Duration kPlanSpacing = std::chrono::milliseconds(200);

}  // namespace

void StreamQueue::enqueue(Stream& stream, base::Duration served) {
  dequeue(stream);
  const bool fair = options_.policy == Policy::kFair;
  stream.queued = Key{.due = due(stream), .served = fair ? served.count() : std::int64_t{0}, .stream = stream.spec.id};
  if (fair && !stream.playback.started()) {
    enqueue_start(stream);
  } else {
    ready_.insert(*stream.queued);
  }
}

void StreamQueue::enqueue_start(Stream& stream) {
  const auto id = stream.spec.id;
  stream.queued_to_start = true;
  start_dues_.insert(*stream.queued);
  if (const auto latest = latest_start(stream)) start_promises_.emplace(*latest, id);
  if (stream.begun) {
    begun_.emplace(stream.turn, id);
  } else {
    turns_.add(member_of(stream.spec), id, 1, stream.spec.weight);
  }
}

void StreamQueue::dequeue(Stream& stream) {
  const auto key = std::exchange(stream.queued, std::nullopt);
  if (!key) return;
  if (std::exchange(stream.queued_to_start, false)) {
    start_dues_.erase(*key);
    dequeue_start(stream);
  } else {
    ready_.erase(*key);
  }
}

void StreamQueue::dequeue_start(Stream& stream) {
  const auto id = stream.spec.id;
  if (const auto latest = latest_start(stream)) start_promises_.erase({*latest, id});
  if (stream.begun) {
    begun_.erase({stream.turn, id});
  } else {
    turns_.remove(member_of(stream.spec), id);
  }
}

void StreamQueue::begin(Stream& stream) {
  if (stream.queued_to_start && stream.waiting && !stream.begun) {
    stream.turn = turns_.serve(member_of(stream.spec), stream.spec.id);
  }
  dequeue(stream);
  if (stream.waiting) stream.begun = true;
}

std::optional<base::StreamId> StreamQueue::next(base::TimePoint now) const {
  if (empty()) return std::nullopt;
  const bool is_start = !start_dues_.empty() && (ready_.empty() || *start_dues_.begin() < *ready_.begin());
  if (!is_start) return ready_.begin()->stream;
  // A stream that was let in is heard in time, even out of turn.
  if (!start_promises_.empty() && start_promises_.begin()->first <= now) return start_promises_.begin()->second;
  if (!begun_.empty()) return begun_.begin()->second;
  return turns_.front();
}

std::int64_t StreamQueue::due(const Stream& stream) const {
  const auto ticks = [](base::TimePoint time) { return time.time_since_epoch().count(); };
  switch (options_.policy) {
    case Policy::kFifo:
      return ticks(stream.arrival);
    case Policy::kRoundRobin:
      return static_cast<std::int64_t>(stream.last_turn);
    case Policy::kArrival:
      return ticks(stream.arrival + stream.chunks * kPlanSpacing);
    case Policy::kEdf:
    case Policy::kFair:
      break;
  }
  const auto underrun_at = stream.playback.underrun_at();
  if (!underrun_at) {
    if (options_.policy != Policy::kFair) return ticks(stream.arrival + options_.start_slack);
    const auto in_turn = stream.start_tag + options_.start_slack;
    return ticks(std::min(in_turn, latest_start(stream).value_or(in_turn)));
  }
  const auto latest = *underrun_at - options_.guard - options_.longest_job;
  if (needed_kind(options_, stream) == JobKind::kRender) return ticks(latest);
  return ticks(latest + stream.planned_ahead - 2 * options_.longest_job);
}

std::optional<base::TimePoint> StreamQueue::latest_start(const Stream& stream) const {
  if (options_.admission == Admission::kOff) return std::nullopt;
  return stream.arrival + options_.first_audio_target - options_.guard - stream.start_time - options_.longest_job;
}

}  // namespace antiphon::scheduler
