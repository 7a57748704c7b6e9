#include "bench/listener.h"

#include <algorithm>
#include <cmath>

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
  samples_ += samples;
  hearing_.audio = base::playing_time(samples_, rate_);
  dry_at_ += hearing_.audio - before;
  while (lead_ && *lead_ + kStep * steps_ < hearing_.audio) note_jitter(*lead_ + kStep * steps_++, now);
}

void Listener::note_jitter(base::Duration place, base::TimePoint now) {
  constexpr double kSmoothing = 16;
  const auto transit = now - asked_ - place;
  if (transit_ && hearing_.jitters.size() < kMostJitters) {
    jitter_ += (std::abs(base::to_seconds(transit - *transit_)) - jitter_) / kSmoothing;
    hearing_.jitters.push_back(static_cast<float>(jitter_));
  }
  transit_ = transit;
}

}  // namespace antiphon::bench
