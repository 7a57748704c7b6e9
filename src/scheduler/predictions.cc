#include "scheduler/predictions.h"

#include <algorithm>

namespace antiphon::scheduler {

base::Duration Predictions::first_audio(VoiceId voice, base::TimePoint now) const {
  const auto own = from_.costs.start_time(voice);
  if (from_.workers.any_idle() && from_.queue.empty()) return own;
  records::Stream newcomer;
  newcomer.arrival = newcomer.start_tag = now;
  const auto turn = from_.queue.due(newcomer);
  const auto chunk_max = from_.options.chunk_max;
  base::Duration ahead{};
  from_.queue.each([&](const records::Key& key) {
    if (key.due > turn) return false;
    const auto& stream = from_.streams.at(key.stream);
    const auto model = from_.costs.cost(stream.spec.voice);
    ahead += stream.waiting ? from_.costs.start_cost(stream.spec.voice)
                            : model.render_cost(std::min(chunk_max, stream.planned_ahead));
    return true;
  });
  for (const auto& [id, job] : from_.jobs) ahead += from_.costs.cost(job.cost.voice).render_cost(chunk_max) / 2;
  return ahead / from_.workers.count() + own;
}

base::Duration Predictions::admission_wait(base::TimePoint now) const {
  if (from_.workers.size() == 0) return kLongestWait;
  constexpr base::Duration kStep = std::chrono::milliseconds(50);
  const StreamSpec newcomer{.expected = from_.options.headroom_length};
  return from_.demand.promised(from_.streams, now).curve.earliest(from_.demand.of(newcomer, now), kStep, kLongestWait);
}

}  // namespace antiphon::scheduler
