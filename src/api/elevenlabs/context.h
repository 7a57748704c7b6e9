#pragma once

#include <memory>
#include <string>

#include "api/elevenlabs/sink.h"
#include "delivery/speech_handler.h"
#include "dispatch/growing_speech.h"
#include "identity/caller.h"
#include "protocol/elevenlabs/client_message.h"
#include "protocol/elevenlabs/generation_schedule.h"
#include "text/piece_joiner.h"

namespace antiphon::api::elevenlabs {

/// What the contexts of one socket share. The references outlive them.
struct ElevenLabsContextCommon {
  http::WebSocket& socket;
  delivery::SpeechHandler& speech;
  const dispatch::DoorProbe& doors;
  dispatch::AccessNote& note;  ///< Note of the socket, for all contexts.
  runtime::Clock& clock;
  runtime::Executor executor;
  identity::Caller caller;
  std::string request_id;
  std::string voice;
  delivery::AudioOutput output{};
  std::uint64_t seed = 0;
  text::Switches reading{};
  protocol::elevenlabs::Mode mode = protocol::elevenlabs::Mode::kSingle;
  protocol::elevenlabs::Arrival arrival = protocol::elevenlabs::Arrival::kPieces;
  base::Duration silence{};
  std::optional<base::Duration> lead{};
};

/// One utterance on a socket: text in, messages of audio out. On the event loop.
class ElevenLabsContext {
 public:
  /// `wait`: how long it may wait to be let in; nothing: as long as any other request.
  ElevenLabsContext(const ElevenLabsContextCommon& common, std::string name,
                    protocol::elevenlabs::ContextSettings settings, std::optional<base::Duration> wait);
  ElevenLabsContext(const ElevenLabsContext&) = delete;
  ElevenLabsContext& operator=(const ElevenLabsContext&) = delete;
  ~ElevenLabsContext() = default;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// More text. Errors: kInputTooLong, and whatever refuses the speech.
  [[nodiscard]] protocol::elevenlabs::Result<void> append(const protocol::elevenlabs::AppendText& message);
  /// The client is still there.
  void touch();
  /// All that came is spoken, then it ends.
  void finish();
  /// No more text comes: what was flushed is spoken to its end, and the rest stops at the next grain.
  void close();
  /// Ends now.
  void stop();
  /// Ends now, with an error that the client is told in place of the final message.
  void refuse(protocol::elevenlabs::Error error);

  /// Sends the audio and, last, that the context is over. Returns what it failed of.
  [[nodiscard]] runtime::Awaitable<std::optional<protocol::elevenlabs::Error>> run();

  /// Whether more text may come.
  [[nodiscard]] bool is_open() const { return !finished_; }
  /// Nothing is left to speak.
  [[nodiscard]] bool is_silent() const { return !speech_ || speech_->stream().idle(); }
  /// When the client last said something of it.
  [[nodiscard]] base::TimePoint heard() const { return heard_; }

 private:
  [[nodiscard]] protocol::elevenlabs::Result<void> speak(std::string text);
  [[nodiscard]] protocol::elevenlabs::Result<void> begin();

  const ElevenLabsContextCommon& common_;
  std::string name_;
  double speed_;
  std::vector<std::string> dictionaries_;
  std::optional<base::Duration> wait_;
  text::PieceJoiner joiner_;
  protocol::elevenlabs::GenerationSchedule schedule_;
  ElevenLabsSink sink_;
  std::unique_ptr<dispatch::GrowingSpeech> speech_;  ///< From its first words on.
  base::TimePoint heard_;
  bool flushed_ = false;
  bool finished_ = false;
  dispatch::DoorProbe::Held open_;
  runtime::Notifier news_;
};

}  // namespace antiphon::api::elevenlabs
