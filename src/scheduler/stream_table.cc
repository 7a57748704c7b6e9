#include "scheduler/stream_table.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "scheduler/next_job.h"

namespace antiphon::scheduler {

using records::Stream;

Stream& StreamTable::add(const StreamSpec& spec, base::TimePoint now) {
  ANTIPHON_CHECK(spec.weight > 0.0, "weight");
  auto [it, added] = streams_.try_emplace(spec.id);
  ANTIPHON_CHECK(added, "stream id is new");
  Stream& stream = it->second;
  stream.spec = spec;
  stream.arrival = now;
  stream.unplanned = spec.expected;
  stream.text_ready = !spec.awaits_text;
  return stream;
}

Stream* StreamTable::find(base::StreamId stream) {
  const auto it = streams_.find(stream);
  return it == streams_.end() ? nullptr : &it->second;
}

const Stream* StreamTable::find(base::StreamId stream) const {
  const auto it = streams_.find(stream);
  return it == streams_.end() ? nullptr : &it->second;
}

const PlaybackClock* StreamTable::playback(base::StreamId id) const {
  const Stream* stream = find(id);
  return stream == nullptr ? nullptr : &stream->playback;
}

AudioLeft StreamTable::left_of(base::StreamId id) const {
  const Stream* stream = find(id);
  if (stream == nullptr) return {};
  return {.planned = stream->planned_ahead, .unplanned = stream->unplanned};
}

std::size_t StreamTable::resting() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(streams_, [](const auto& entry) { return is_idle(entry.second) || entry.second.blocked; }));
}

base::Duration StreamTable::next_end_of_user(base::UserId user, base::TimePoint now) const {
  return next_end([user](const StreamSpec& spec) { return spec.user == user; }, now);
}

base::Duration StreamTable::next_end_of_account(base::UserId account, base::TimePoint now) const {
  return next_end([account](const StreamSpec& spec) { return account_of(spec) == account; }, now);
}

template <class Matches>
base::Duration StreamTable::next_end(const Matches& matches, base::TimePoint now) const {
  std::optional<base::Duration> soonest;
  for (const auto& [id, stream] : streams_) {
    if (!matches(stream.spec)) continue;
    const auto left = stream.playback.underrun_at().value_or(now) - now + stream.planned_ahead + stream.unplanned;
    soonest = std::min(soonest.value_or(left), left);
  }
  return soonest.value_or(base::Duration{});
}

}  // namespace antiphon::scheduler
