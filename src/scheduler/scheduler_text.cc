#include <algorithm>

#include "scheduler/scheduler.h"

// Streams whose text is not all there: they wait for their writer, which costs nobody anything.

namespace antiphon::scheduler {

bool Scheduler::idle(const Stream& stream) { return stream.segments.empty() && !stream.text_ready && !stream.job; }

std::size_t Scheduler::busy_streams() const {
  const auto all = std::max<std::size_t>(1, streams_.size());
  return all - std::min(idle_streams_, all - 1);
}

void Scheduler::text_arrived(base::StreamId id, base::Duration expected, base::TimePoint now) {
  const auto it = streams_.find(id);
  if (it == streams_.end() || !it->second.text_left) return;
  Stream& stream = it->second;
  stream.unplanned = expected;
  if (stream.text_ready) return;
  const bool was_idle = idle(stream);
  stream.text_ready = true;
  if (was_idle) {
    const auto dry_at = stream.playback.dry_at();
    if (dry_at && *dry_at <= now + options_.guard) stream.playback.pause();
    if (!stream.playback.started()) begin_waiting(stream, now);
  }
  enqueue(stream);
}

void Scheduler::text_ended(base::StreamId id, base::TimePoint now) {
  const auto it = streams_.find(id);
  if (it == streams_.end() || it->second.text_ready) return;
  it->second.text_left = false;
  if (!it->second.job) finish_if_done(it->second, now);
}

}  // namespace antiphon::scheduler
