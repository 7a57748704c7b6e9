#include "delivery/recorder.h"

namespace antiphon::delivery {

Recorder::Recorder(cache::AudioCache& cache, const cache::Key& key, const dispatch::Cell& cell,
                   const dispatch::SpeechStream& stream)
    : recording_(cache, key),
      cell_(cell),
      stream_(stream),
      voice_(stream.spec().voice_id),
      workers_(cell.fleet().fingerprint()) {}

void Recorder::finish() {
  const bool is_whole = stream_.passed_over().value == 0;
  if (is_whole && stream_.spec().voice_id == voice_ && cell_.fleet().fingerprint() == workers_) {
    recording_.finish(stream_.spec().rate);
  }
}

}  // namespace antiphon::delivery
