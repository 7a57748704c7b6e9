#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/elevenlabs/spoken_text.h"
#include "audio/pacer.h"
#include "delivery/audio_sink.h"
#include "delivery/speech_order.h"
#include "dispatch/speech_stream.h"
#include "http/websocket.h"
#include "protocol/elevenlabs/server_message.h"
#include "runtime/clock.h"
#include "runtime/event.h"

namespace antiphon::api::elevenlabs {

/// The audio of one context as messages of its WebSocket, each segment's alignment with its first piece, paced so that
/// a listener that interrupts has little audio ahead of it. On the event loop.
class ElevenLabsSink final : public delivery::AudioSink {
 public:
  struct Options {
    protocol::elevenlabs::Mode mode = protocol::elevenlabs::Mode::kSingle;
    std::string context{};
    delivery::AudioOutput output{};
    /// Audio that the listener may have unheard; nothing: all is sent as it is made.
    std::optional<base::Duration> lead{};
  };

  /// `socket` and `clock` outlive it.
  ElevenLabsSink(http::WebSocket& socket, runtime::Clock& clock, const runtime::Executor& executor, Options options);

  /// More of the text as the client wrote it.
  void wrote(std::string_view utf8, std::string_view joined) { text_.wrote(utf8, joined); }
  /// Nothing more is sent but how it ended.
  void stop();
  /// Nothing is sent of what is behind `end`, in samples of the output.
  void stop_at(base::SampleCount end);
  /// It ends with an error: nothing but that is sent.
  void refuse(protocol::elevenlabs::Error error);

  void opened(dispatch::SpeechStream& stream) override { text_.follow(stream); }
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override;
  runtime::Awaitable<> fail(const protocol::Error& error) override;
  void on_gone(std::move_only_function<void()> callback) override { on_gone_ = std::move(callback); }
  void cut() override { socket_.cut(); }
  [[nodiscard]] base::Duration held_back() const override { return held_back_; }

  /// The context is over.
  [[nodiscard]] runtime::Awaitable<bool> finish();
  /// Why it failed; nothing while it has not.
  [[nodiscard]] const std::optional<protocol::elevenlabs::Error>& error() const { return error_; }

 private:
  [[nodiscard]] runtime::Awaitable<bool> pace(base::Duration audio);
  [[nodiscard]] runtime::Awaitable<bool> send(std::span<const std::byte> bytes, base::SampleCount samples);
  [[nodiscard]] std::size_t bytes_per_sample() const;
  [[nodiscard]] protocol::elevenlabs::Address address() const { return {options_.mode, options_.context}; }

  http::WebSocket& socket_;
  runtime::Clock& clock_;
  Options options_;
  SpokenText text_;
  std::optional<audio::Pacer> pacer_;
  std::uint64_t sent_ = 0;  ///< Samples at the rate of the output.
  base::Duration held_back_{};
  std::optional<std::uint64_t> end_;  ///< Nothing is sent from this sample on.
  bool stopped_ = false;
  std::move_only_function<void()> on_gone_;
  std::optional<protocol::elevenlabs::Error> error_;
  runtime::Notifier stop_;
};

}  // namespace antiphon::api::elevenlabs
