#pragma once

#include <functional>
#include <span>
#include <string>

#include "api/wyoming/link.h"
#include "base/units.h"
#include "delivery/audio_sink.h"

namespace antiphon::api::wyoming {

/// What a Wyoming client gets in answer to a text: audio-start, audio-chunk*, audio-stop.
enum class WyomingAnswer : std::uint8_t {
  kSpeech,    ///< Of a whole text.
  kStreamed,  ///< Of a text that was streamed in: after it goes synthesize-stopped, for which the client waits.
};

/// The audio of one speech, as events. After a failure the connection ends, since clients wait for the end of what they
/// asked for.
class WyomingSink final : public delivery::AudioSink {
 public:
  /// `link` outlives it.
  WyomingSink(WyomingConnection& link, WyomingAnswer answer, base::SampleRate rate)
      : link_(link), answer_(answer), rate_(rate) {}

  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override;
  runtime::Awaitable<> fail(const protocol::Error& error) override;
  void on_gone(std::move_only_function<void()> callback) override { link_.on_gone(std::move(callback)); }
  void cut() override { link_.cut(); }

 private:
  void start(std::string& out);
  [[nodiscard]] base::Duration at() const { return base::playing_time(sent_, rate_); }

  WyomingConnection& link_;
  WyomingAnswer answer_;
  base::SampleRate rate_;
  base::SampleCount sent_;
  bool started_ = false;
};

}  // namespace antiphon::api::wyoming
