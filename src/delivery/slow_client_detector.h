#pragma once

#include <memory>
#include <utility>

#include "audio/playback_lag.h"
#include "base/time.h"
#include "delivery/audio_sink.h"
#include "runtime/clock.h"

namespace antiphon::delivery {

/// Follows how far a listener is behind, and drops one that is too far behind: a client that reads a little now and
/// then would keep its stream and its buffers for as long as it likes. On the event loop.
class SlowClientDetector {
 public:
  /// `limit`: see SpeechHandlerOptions::lag_limit. The references outlive it.
  SlowClientDetector(AudioSink& sink, runtime::Executor executor, runtime::Clock& clock, base::Duration limit)
      : sink_(sink), executor_(std::move(executor)), clock_(clock), limit_(limit) {}
  SlowClientDetector(const SlowClientDetector&) = delete;
  SlowClientDetector& operator=(const SlowClientDetector&) = delete;
  ~SlowClientDetector() = default;

  /// From now on audio waits for the listener at the sink.
  void begin();
  /// No more audio waits; the listener took `audio`.
  void end(base::Duration audio);

  [[nodiscard]] bool dropped() const { return dropped_; }
  /// Returns the largest lag of the listener while nothing was kept back by pacing.
  [[nodiscard]] base::Duration worst() const { return lag_.worst(); }

 private:
  /// Since when it waits, less the time in which the sink kept it back.
  [[nodiscard]] base::TimePoint since() const { return began_ + (sink_.held_back() - held_before_); }
  void start_timer();
  void check();

  AudioSink& sink_;
  runtime::Executor executor_;
  runtime::Clock& clock_;
  base::Duration limit_;
  audio::PlaybackLag lag_;
  base::TimePoint began_;
  base::Duration held_before_{};
  bool dropped_ = false;
  std::unique_ptr<runtime::Timer> timer_;
};

}  // namespace antiphon::delivery
