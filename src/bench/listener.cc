#include "bench/listener.h"

#include <algorithm>

namespace antiphon::bench {

void Listener::receive(base::SampleCount samples, base::TimePoint now) {
  if (samples.value == 0) return;
  if (!heard_anything()) {
    hearing_.first_audio = now - asked_;
    dry_at_ = now;
  }
  const auto before = base::playing_time(samples_, rate_);
  if (now > dry_at_) {
    const auto gap = now - dry_at_;
    hearing_.worst_gap = std::max(hearing_.worst_gap, gap);
    hearing_.total_stall += gap;
    if (hearing_.gaps.size() < kMostGaps) hearing_.gaps.push_back(static_cast<float>(base::to_seconds(gap)));
    dry_at_ = now;
  }
  if (lead_ && before >= *lead_ && hearing_.jitters.size() < kMostJitters) {
    const auto late = std::max(base::Duration{}, now - (dry_at_ - *lead_));
    hearing_.jitters.push_back(static_cast<float>(base::to_seconds(late)));
  }
  samples_ += samples;
  hearing_.audio = base::playing_time(samples_, rate_);
  dry_at_ += hearing_.audio - before;
}

}  // namespace antiphon::bench
