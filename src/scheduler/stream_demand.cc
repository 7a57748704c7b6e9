#include "scheduler/stream_demand.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "scheduler/next_job.h"

namespace antiphon::scheduler {

std::vector<DemandLine> StreamDemand::of(const StreamTable& streams, base::TimePoint now) const {
  std::vector<DemandLine> lines;
  lines.reserve(2 * streams.size());
  for (const auto& [id, stream] : streams) append(stream, now, lines);
  return lines;
}

std::vector<DemandLine> StreamDemand::of(const StreamSpec& newcomer, base::TimePoint now) const {
  records::Stream stream;
  stream.spec = newcomer;
  stream.arrival = now;
  stream.unplanned = newcomer.expected;
  std::vector<DemandLine> lines;
  append(stream, now, lines);
  return lines;
}

Promised StreamDemand::promised(const StreamTable& streams, base::TimePoint now) const {
  auto lines = of(streams, now);
  DemandCurve curve(lines, supply(now));
  return {.lines = std::move(lines), .curve = std::move(curve)};
}

Supply StreamDemand::supply(base::TimePoint now) const {
  const auto m = static_cast<std::int64_t>(workers_.size());
  return {.now = now,
          .rate = options_.utilisation * static_cast<double>(m),
          .reserve = std::max<std::int64_t>(0, m - 1) * options_.longest_job / 2};
}

void StreamDemand::append(const records::Stream& stream, base::TimePoint now, std::vector<DemandLine>& lines) const {
  if (is_idle(stream) || stream.blocked) return;
  const auto model = costs_.cost(stream.spec.voice);
  const auto buffer = costs_.startup_buffer(stream.spec.voice);
  auto left = stream.planned_ahead + stream.unplanned;
  auto unplanned = stream.unplanned;
  auto underrun_at = stream.playback.underrun_at();
  if (!underrun_at) {
    // The stream's start is due as a whole: the plan of the first segment and the first chunk.
    const auto first = std::min(left, buffer);
    const auto planned_first = next_segment(stream);
    const auto start = model.plan_cost(planned_first) + model.render_cost(first);
    lines.push_back(
        {.due = stream.arrival + options_.first_audio_target - options_.guard, .first = start, .total = start});
    const auto speed = costs_.pace(stream.spec.voice);
    underrun_at = std::max(now, stream.arrival) + options_.start_slack + speed.plan_cost(planned_first) +
                  speed.render_cost(first) + first;
    left -= first;
    unplanned -= planned_first;
  }
  if (left <= base::Duration::zero()) return;
  const auto chunk = std::min(left, options_.chunk_max);
  const auto plan = unplanned > base::Duration::zero() ? model.plan_cost(unplanned) : base::Duration{};
  const double chunks = base::to_seconds(left) / base::to_seconds(chunk);
  const double per_chunk = base::to_seconds(model.render_cost(chunk)) + base::to_seconds(plan) / chunks;
  lines.push_back({.due = *underrun_at - buffer,
                   .first = base::from_seconds(per_chunk),
                   .rate = per_chunk / base::to_seconds(chunk),
                   .total = base::from_seconds(per_chunk * chunks)});
}

}  // namespace antiphon::scheduler
