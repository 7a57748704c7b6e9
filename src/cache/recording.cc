#include "cache/recording.h"

#include <utility>

namespace antiphon::cache {

Recording::~Recording() { cache_.release(samples_.size()); }

void Recording::add(std::span<const std::int16_t> pcm) {
  if (given_up_) return;
  if (samples_.size() + pcm.size() > kMostSamples || !cache_.reserve(pcm.size())) return give_up();
  samples_.insert(samples_.end(), pcm.begin(), pcm.end());
}

void Recording::finish(base::SampleRate rate) {
  if (given_up_) return;
  cache_.release(samples_.size());
  samples_.shrink_to_fit();
  cache_.put(key_, {.rate = rate, .samples = std::exchange(samples_, {})});
}

void Recording::give_up() {
  given_up_ = true;
  cache_.probe_.skipped();
  cache_.release(samples_.size());
  samples_ = {};
}

}  // namespace antiphon::cache
