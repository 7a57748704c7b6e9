#include "scheduler/job_selector.h"

#include <cstdint>
#include <span>

#include "scheduler/chunk_rule.h"
#include "scheduler/next_job.h"

namespace antiphon::scheduler {

std::optional<JobSelector::Selection> JobSelector::next(base::TimePoint now) const {
  const auto id = from_.queue.next(now);
  if (!id) return std::nullopt;
  const auto& stream = from_.streams.at(*id);
  const auto kind = next_kind(from_.options, stream, from_.load.degradation().level(), now);
  if (const auto worker = from_.workers.place(stream, kind)) {
    return Selection{.stream = *id, .worker = *worker, .kind = kind};
  }
  // A worker that makes the stream's plan may still have places for chunks.
  return from_.workers.has_room_for_chunks() ? next_chunk() : std::nullopt;
}

std::optional<JobSelector::Selection> JobSelector::next_chunk() const {
  std::optional<Selection> found;
  from_.queue.each([&](const records::Key& key) {
    const auto& stream = from_.streams.at(key.stream);
    if (stream.segments.empty()) return true;
    const auto worker = from_.workers.place(stream, JobKind::kRender);
    if (worker) found = Selection{.stream = key.stream, .worker = *worker, .kind = JobKind::kRender};
    return !worker.has_value();
  });
  return found;
}

CostKey JobSelector::cost_key(const Selection& selected) const {
  const auto& worker = from_.workers.at(selected.worker);
  return {.voice = from_.streams.at(selected.stream).spec.voice,
          .device = worker.device,
          .busy = from_.workers.busy() + (worker.jobs.empty() ? 1U : 0U)};
}

Dispatch JobSelector::describe(const Selection& selected, base::JobId id, const CostKey& cost,
                               base::TimePoint now) const {
  const auto& stream = from_.streams.at(selected.stream);
  const auto& book = from_.costs.book();
  Dispatch job{.job = id,
               .worker = selected.worker,
               .stream = selected.stream,
               .kind = selected.kind,
               .segment = stream.segments_planned,
               .exclusive = stream.losses > 0};
  CostBook::Expectation times;
  if (job.kind == JobKind::kPlan) {
    times = book.plan(cost, next_segment(stream));
    times.p95 = book.plan(cost, kLongestSegment).p95;
  } else {
    times = book.render(cost, set_grains(stream, cost, now, job));
  }
  job.expected = times.expected;
  job.p95 = times.p95;
  job.learnt = times.learnt;
  return job;
}

base::Duration JobSelector::set_grains(const records::Stream& stream, const CostKey& cost, base::TimePoint now,
                                       Dispatch& job) const {
  const auto& segment = stream.segments.front();
  const auto left = std::span(segment.grains).subspan(segment.next);
  const auto underrun_at = stream.playback.underrun_at();
  const auto& book = from_.costs.book();
  job.segment = segment.index;
  job.first_grain = segment.next;
  job.grains = chunk_grains(from_.options, book.model(cost), book.pace(cost),
                            {.grains = left,
                             .first = !underrun_at.has_value(),
                             .until_dry = underrun_at.value_or(now) - now,
                             .workers = from_.workers.count(),
                             .streams = static_cast<std::uint32_t>(from_.load.busy_streams()),
                             .loaded = from_.load.degradation().level() >= Degradation::kNoPrefetch});
  base::Duration audio{};
  for (const auto grain : left.first(job.grains)) audio += grain;
  return audio;
}

}  // namespace antiphon::scheduler
