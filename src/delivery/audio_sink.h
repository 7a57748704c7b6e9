#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "base/time.h"
#include "base/units.h"
#include "dispatch/speech_stream.h"
#include "protocol/error.h"
#include "runtime/awaitable.h"

namespace antiphon::delivery {

/// Where the audio of one stream goes: an HTTP body, its events, messages of a WebSocket, events of Wyoming. Either
/// write()* and then complete(), or at any time fail() instead; nothing more when the listener has gone. One operation
/// at a time, on the event loop.
class AudioSink {
 public:
  AudioSink() = default;
  AudioSink(const AudioSink&) = delete;
  AudioSink& operator=(const AudioSink&) = delete;
  virtual ~AudioSink() = default;

  /// Before everything else: the stream whose audio it will get, which outlives the last write().
  virtual void opened(dispatch::SpeechStream& /*stream*/) {}
  /// Before the first write(): how the stream was let in, and when its first audio was there, from the request on.
  virtual void entered(const dispatch::Entry& /*entry*/, base::Duration /*first_audio*/) {}
  /// The next bytes, never none; they stay valid until it returns. `through`: the place in the stream behind them, in
  /// samples at the rate of the output; what the encoder holds back counts as there. False once the listener has gone.
  virtual runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) = 0;
  /// All was written. False when the listener did not get it.
  virtual runtime::Awaitable<bool> complete() = 0;
  /// There will be no more, for this reason. After a write() the listener must be able to tell.
  virtual runtime::Awaitable<> fail(const protocol::Error& error) = 0;
  /// Calls back once when the listener is found gone, at once where it is already. A second call replaces the first.
  virtual void on_gone(std::move_only_function<void()> callback) = 0;
  /// Ends the connection to the listener at once: an operation that waits ends.
  virtual void cut() = 0;
  /// For how long all writes together have kept audio back by themselves, for the pace that the listener wants.
  [[nodiscard]] virtual base::Duration held_back() const { return {}; }
};

}  // namespace antiphon::delivery
