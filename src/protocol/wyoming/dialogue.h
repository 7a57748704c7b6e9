#pragma once

#include <optional>
#include <string>
#include <variant>

#include "protocol/wyoming/client_event.h"

namespace antiphon::protocol::wyoming {

/// Answer with info.
struct SendInfo {};

/// Answer with a pong of this text.
struct SendPong {
  std::string text;
};

/// Speak this text: audio-start, audio-chunk*, audio-stop.
struct Speak {
  std::string text;
  VoiceChoice voice;
  TextFormat format = TextFormat::kText;
};

/// Text follows: speak it as it comes. After its last audio-stop goes synthesize-stopped, for which the client waits.
struct BeginText {
  VoiceChoice voice;
  TextFormat format = TextFormat::kText;
};
struct AddText {
  std::string text;
};
struct EndText {};

/// Answer with an error.
struct Refuse {
  Error error;
};

using Command = std::variant<SendInfo, SendPong, Speak, BeginText, AddText, EndText, Refuse>;

/// What the events of one connection mean, one after the other. One thread at a time.
class Dialogue {
 public:
  /// What is to be done about an event; nothing for one to be dropped: those of other services, and the whole text that
  /// Home Assistant repeats as "synthesize" within a stream for servers that know no streams.
  [[nodiscard]] std::optional<Command> on(ClientEvent event);

  /// Whether text is being streamed in.
  [[nodiscard]] bool streaming() const { return streaming_; }

 private:
  std::optional<Command> take(Describe);
  std::optional<Command> take(Ping ping);
  std::optional<Command> take(Synthesize whole);
  std::optional<Command> take(SynthesizeStart start);
  std::optional<Command> take(SynthesizeChunk chunk);
  std::optional<Command> take(SynthesizeStop);
  std::optional<Command> take(Unknown);
  std::optional<Command> take(Invalid invalid);

  bool streaming_ = false;
};

}  // namespace antiphon::protocol::wyoming
