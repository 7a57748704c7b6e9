#include "bench/listener.h"

#include <algorithm>

namespace antiphon::bench {

void Listener::receive(base::SampleCount samples, base::TimePoint now) {
  if (samples.value == 0) return;
  if (!heard_anything()) {
    hearing_.first_audio = now - asked_;
    dry_at_ = now;
  }
  if (now > dry_at_) {
    const auto gap = now - dry_at_;
    hearing_.worst_gap = std::max(hearing_.worst_gap, gap);
    hearing_.total_stall += gap;
    dry_at_ = now;
  }
  const auto before = base::playing_time(samples_, rate_);
  samples_ += samples;
  dry_at_ += base::playing_time(samples_, rate_) - before;
}

Hearing Listener::hearing() const {
  auto hearing = hearing_;
  hearing.audio = base::playing_time(samples_, rate_);
  return hearing;
}

}  // namespace antiphon::bench
