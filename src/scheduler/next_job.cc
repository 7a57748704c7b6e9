#include "scheduler/next_job.h"

#include <algorithm>
#include <cstddef>

namespace antiphon::scheduler {
namespace {

/// A stream that is this far ahead of its listener may have later segments planned, and how many may lie planned.
constexpr base::Duration kPrefetchLead = std::chrono::seconds(2);
constexpr std::size_t kPrefetchedSegments = 3;

bool prefetches(const records::Stream& stream, Degradation level, base::TimePoint now) {
  return stream.text_ready && level < Degradation::kNoPrefetch && stream.segments.size() < kPrefetchedSegments &&
         stream.playback.underrun_at().value_or(now) - now >= kPrefetchLead;
}

}  // namespace

bool is_idle(const records::Stream& stream) { return stream.segments.empty() && !stream.text_ready && !stream.job; }

base::Duration next_segment(const records::Stream& stream) {
  const bool is_known = stream.segments_planned == 0 && stream.spec.first_segment > base::Duration::zero();
  return std::min(stream.unplanned, is_known ? stream.spec.first_segment : kTypicalSegment);
}

JobKind needed_kind(const Options& options, const records::Stream& stream) {
  if (stream.segments.empty()) return JobKind::kPlan;
  const bool runs_out = stream.playback.started() && stream.planned_ahead <= 2 * options.longest_job;
  return runs_out && stream.text_ready ? JobKind::kPlan : JobKind::kRender;
}

JobKind next_kind(const Options& options, const records::Stream& stream, Degradation level, base::TimePoint now) {
  return prefetches(stream, level, now) ? JobKind::kPlan : needed_kind(options, stream);
}

}  // namespace antiphon::scheduler
