#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "cache/recording.h"
#include "dispatch/cell.h"

namespace antiphon::delivery {

/// Takes the PCM of a stream on its way to the listener, and gives it to the cache when all of it was rendered, also
/// where the listener leaves before it was sent. On the event loop.
class Recorder {
 public:
  /// The references outlive it. Nothing of `stream` was taken yet.
  Recorder(cache::AudioCache& cache, const cache::Key& key, const dispatch::Cell& cell,
           const dispatch::SpeechStream& stream);

  void add(std::span<const std::int16_t> pcm) { recording_.add(pcm); }
  /// The stream is complete, and all of it was added. It is not kept where it was spoken otherwise than the key says:
  /// with the cheaper voice, in part, or by workers that have changed meanwhile.
  void finish();

 private:
  cache::Recording recording_;
  const dispatch::Cell& cell_;
  const dispatch::SpeechStream& stream_;
  std::string voice_;
  std::string workers_;
};

}  // namespace antiphon::delivery
