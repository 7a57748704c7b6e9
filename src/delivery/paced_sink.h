#pragma once

#include <functional>
#include <span>

#include "audio/pacer.h"
#include "base/units.h"
#include "delivery/audio_sink.h"
#include "dispatch/probe.h"
#include "runtime/clock.h"
#include "runtime/event.h"

namespace antiphon::delivery {

/// Passes audio on to another sink in pieces, each at its time: the listener has at most `lead` of audio ahead of what
/// its playback. What is not passed on yet waits in the stream, whose backlog bounds the work that is done ahead.
class PacedSink final : public AudioSink {
 public:
  /// `rate`: of what write() counts. The references stay valid while it lives.
  PacedSink(AudioSink& sink, const runtime::Executor& executor, runtime::Clock& clock, dispatch::Probe& probe,
            base::SampleRate rate, base::Duration lead);

  void entered(const dispatch::Entry& entry, base::Duration first_audio) override { sink_.entered(entry, first_audio); }
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override { return sink_.complete(); }
  runtime::Awaitable<> fail(const protocol::Error& error) override { return sink_.fail(error); }
  void on_gone(std::move_only_function<void()> callback) override;
  void cut() override { sink_.cut(); }
  [[nodiscard]] base::Duration held_back() const override { return held_back_; }

 private:
  /// Returns when the next piece is due; false once the listener has gone.
  [[nodiscard]] runtime::Awaitable<bool> wait_until(base::TimePoint when);

  AudioSink& sink_;
  runtime::Clock& clock_;
  dispatch::Probe& probe_;
  base::SampleRate rate_;
  audio::Pacer pacer_;
  std::uint64_t sent_ = 0;  ///< Samples that were passed on.
  base::Duration held_back_{};
  bool gone_ = false;
  runtime::Notifier news_;
};

}  // namespace antiphon::delivery
