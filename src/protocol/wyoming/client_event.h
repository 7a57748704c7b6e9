#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "protocol/wyoming/error.h"

namespace antiphon::protocol::wyoming {

inline constexpr std::size_t kMaxNameCharacters = 256;  ///< Most characters of a voice, a speaker or a language.

/// The voice that is wanted. All "" = the server's default.
struct VoiceChoice {
  std::string name;
  std::string speaker;   ///< Speaker of the voice `name`.
  std::string language;  ///< Where no name is given: any voice of this language.
  friend bool operator==(const VoiceChoice&, const VoiceChoice&) = default;
};

/// What a text is, as its client says.
enum class TextFormat : std::uint8_t { kText, kSsml };

/// "describe": what can you do?
struct Describe {
  friend bool operator==(const Describe&, const Describe&) = default;
};

/// "ping": are you there? To be answered with a pong of the same text.
struct Ping {
  std::string text;
  friend bool operator==(const Ping&, const Ping&) = default;
};

/// "synthesize": speak this text. Bounded by the size of an event only.
struct Synthesize {
  std::string text;
  VoiceChoice voice;
  TextFormat format = TextFormat::kText;
  friend bool operator==(const Synthesize&, const Synthesize&) = default;
};

/// "synthesize-start": text follows in pieces.
struct SynthesizeStart {
  VoiceChoice voice;
  TextFormat format = TextFormat::kText;
  friend bool operator==(const SynthesizeStart&, const SynthesizeStart&) = default;
};

/// "synthesize-chunk": a piece of text; pieces are joined as they are.
struct SynthesizeChunk {
  std::string text;
  friend bool operator==(const SynthesizeChunk&, const SynthesizeChunk&) = default;
};

/// "synthesize-stop": that was all the text.
struct SynthesizeStop {
  friend bool operator==(const SynthesizeStop&, const SynthesizeStop&) = default;
};

/// An event of a type that is not for us; servers drop such events.
struct Unknown {
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

/// An event of a known type whose fields are wrong. The framing holds: answer with an error and go on.
struct Invalid {
  Error error;
};

using ClientEvent =
    std::variant<Describe, Ping, Synthesize, SynthesizeStart, SynthesizeChunk, SynthesizeStop, Unknown, Invalid>;

}  // namespace antiphon::protocol::wyoming
