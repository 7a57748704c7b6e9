#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/cost_estimator.h"
#include "scheduler/playback_clock.h"
#include "scheduler/types.h"

/// What the scheduler remembers of streams, jobs and workers. Its own: nobody else sees them.
namespace antiphon::scheduler::records {

struct Segment {
  std::uint32_t index = 0;
  std::vector<base::Duration> grains;
  std::uint32_t next = 0;  ///< First grain that is not rendered yet.
};

/// Smallest first; ties go to the less served user, then to the older stream.
struct Key {
  std::int64_t due = 0;
  std::int64_t served = 0;
  base::StreamId stream;
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct Stream {
  StreamSpec spec;
  base::TimePoint arrival;
  base::TimePoint start_tag;
  double turn = 0;              ///< The account's, when it was begun.
  base::Duration start_time{};  ///< Until it is heard, once it begins; as expected when it came.
  PlaybackClock playback;
  std::deque<Segment> segments;    ///< Planned and not wholly rendered, in order.
  base::Duration planned_ahead{};  ///< Audio time of what is planned and not rendered.
  base::Duration unplanned{};      ///< Estimated audio time of the rest.
  std::uint32_t segments_planned = 0;
  std::uint64_t chunks = 0;
  std::uint64_t last_turn = 0;
  std::uint32_t losses = 0;  ///< Workers lost at work on it since the last progress.
  bool text_left = true;     ///< Text follows what is planned, or may.
  bool text_ready = true;    ///< Some of it is there to be planned.
  bool waiting = false;      ///< It wants to start and has not.
  bool begun = false;        ///< While it waits: a job was dispatched for it.
  bool blocked = false;
  std::optional<base::JobId> job;
  std::optional<base::WorkerId> last_worker;
  std::optional<Key> queued;  ///< Its place in ready_ or start_dues_.
  bool queued_to_start = false;
};

struct Job {
  base::StreamId stream;
  base::UserId user;
  base::WorkerId worker;
  JobKind kind = JobKind::kPlan;
  CostKey cost;
  bool loaded = true;  ///< The worker has the voice, so that the time up to the job's end is the job's own.
  std::uint32_t grains_left = 0;
  bool cancelled = false;
  bool started = false;    ///< The worker says so.
  base::TimePoint begun;   ///< When the worker was free for it.
  base::Duration audio{};  ///< Rendered.
  WorkTime took;           ///< By the worker's account.
};

struct Worker {
  std::uint32_t depth = 1;
  std::uint32_t places = 1;
  DeviceId device{};
  base::TimePoint free_since{};  ///< When its last job ended.
  std::set<base::JobId> jobs;
  std::uint32_t plans = 0;  ///< Of the jobs.
  std::set<VoiceId> voices;
  std::set<VoiceId> lacks;  ///< It cannot load these.
  bool retiring = false;
};

}  // namespace antiphon::scheduler::records
