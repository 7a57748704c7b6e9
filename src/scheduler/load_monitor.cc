#include "scheduler/load_monitor.h"

#include <algorithm>

namespace antiphon::scheduler {
namespace {

/// How often the load is read.
constexpr base::Duration kPeriod = std::chrono::milliseconds(100);
/// Demand is compared with what can be done up to this moment and later: a burst of starts is no load.
constexpr base::Duration kLoadHorizon = std::chrono::seconds(2);

}  // namespace

bool LoadMonitor::is_due(base::TimePoint now) const { return now - read_at_ >= kPeriod; }

void LoadMonitor::read(const DemandCurve& promised, base::TimePoint now) {
  read_at_ = now;
  resting_ = streams_.resting();
  load_ = promised.load(kLoadHorizon);
  degradation_.update(options_, {.demand = load_, .lateness = lateness(now)}, now);
}

std::size_t LoadMonitor::busy_streams() const {
  const auto all = std::max<std::size_t>(1, streams_.size());
  return all - std::min(resting_, all - 1);
}

base::Duration LoadMonitor::lateness(base::TimePoint now) const {
  const bool by_deadline = options_.policy == Policy::kFair || options_.policy == Policy::kEdf;
  if (options_.admission == Admission::kOff || !by_deadline) return {};  // nothing was promised
  base::Duration worst{};
  queue_.each([&](const records::Key& key) {
    const auto& stream = streams_.at(key.stream);
    const auto promised = stream.playback.underrun_at().value_or(stream.arrival + options_.first_audio_target);
    worst = std::max(worst, now - promised);
    return true;
  });
  return worst;
}

}  // namespace antiphon::scheduler
