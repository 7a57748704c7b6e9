#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cache/audio_cache.h"

namespace antiphon::cache {

/// An utterance on its way into the cache, while it is rendered. What is not finished is not kept. On the event loop.
class Recording {
 public:
  /// `cache` outlives it.
  Recording(AudioCache& cache, const Key& key) : cache_(cache), key_(key) {}
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording();

  /// Takes the next samples. Where the cache has no room for them, or the utterance is longer than kMostSamples, the
  /// recording is given up.
  void add(std::span<const std::int16_t> pcm);
  /// All was added: it is kept, where there is anything. Call it once.
  void finish(base::SampleRate rate);

 private:
  void give_up();

  AudioCache& cache_;
  Key key_;
  std::vector<std::int16_t> samples_;
  bool given_up_ = false;
};

}  // namespace antiphon::cache
