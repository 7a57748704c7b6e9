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

/// What the scheduler remembers of streams, jobs and workers. Internal to this module.
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
  double turn = 0;              ///< Turn of its account when the stream was begun.
  base::Duration start_time{};  ///< Expected from its beginning until it is heard; set when it came.
  PlaybackClock playback;
  std::deque<Segment> segments;    ///< Planned and not wholly rendered, in order.
  base::Duration planned_ahead{};  ///< Audio time of what is planned and not rendered.
  base::Duration unplanned{};      ///< Estimated audio time of what is not planned.
  std::uint32_t segments_planned = 0;
  std::uint64_t chunks = 0;
  std::uint64_t last_turn = 0;
  std::uint32_t losses = 0;  ///< Workers that were lost at work on it since its last progress.
  bool text_left = true;     ///< Text follows what is planned, or may.
  bool text_ready = true;    ///< Some of that text is there to be planned.
  bool waiting = false;      ///< It waits for its start, until its first grain has come.
  bool begun = false;        ///< While it waits: a job of it was dispatched.
  bool blocked = false;
  std::optional<base::JobId> job;
  std::optional<base::WorkerId> last_worker;
  std::optional<Key> queued;     ///< Its key in StreamQueue, while it is queued.
  bool queued_to_start = false;  ///< Queued among the starts.
};

struct Job {
  base::StreamId stream;
  base::UserId user;
  base::WorkerId worker;
  JobKind kind = JobKind::kPlan;
  CostKey cost;
  bool loaded = true;  ///< The worker had the voice, so that all time until the job's end is the job's.
  std::uint32_t grains_left = 0;
  bool cancelled = false;
  bool started = false;    ///< The worker reported that it began the job.
  base::TimePoint begun;   ///< When it was dispatched.
  base::Duration audio{};  ///< Audio that was rendered.
  WorkTime took;           ///< Time that the worker reported.
};

struct Worker {
  std::uint32_t depth = 1;
  std::uint32_t places = 1;
  DeviceId device{};
  base::TimePoint free_since{};  ///< When its last job ended.
  std::set<base::JobId> jobs;
  std::uint32_t plans = 0;  ///< Number of plans among the jobs.
  std::set<VoiceId> voices;
  std::set<VoiceId> lacks;  ///< Voices that it cannot load.
  bool retiring = false;
};

}  // namespace antiphon::scheduler::records
