#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "protocol/elevenlabs/alignment.h"
#include "protocol/elevenlabs/client_message.h"
#include "protocol/elevenlabs/error.h"

namespace antiphon::protocol::elevenlabs {

/// Where a message of a WebSocket belongs.
struct Address {
  Mode mode = Mode::kSingle;
  std::string_view context = {};  ///< Named in Mode::kMulti only, under both names that are in use.
};

/// A piece of audio in the socket's output format. `alignments` (may be null) go with the first piece of a segment
/// and cover the whole of it, so that a client that adds up spans stays in step.
[[nodiscard]] std::string audio_message(const Address& address, std::span<const std::byte> audio,
                                        const Alignments* alignments);

/// The context is over; all its audio was sent.
[[nodiscard]] std::string final_message(const Address& address);

/// What goes before the socket is closed with close_code_of(), or, in Mode::kMulti, ends a context.
[[nodiscard]] std::string error_message(const Address& address, const Error& error);

/// The answer to /with-timestamps, and, with a newline after it, a piece of that to /stream/with-timestamps.
/// `alignments` may be null.
[[nodiscard]] std::string timed_speech(std::span<const std::byte> audio, const Alignments* alignments);
/// The same where the audio comes in pieces: this, its Base64, and timed_speech_end().
inline constexpr std::string_view kTimedSpeechBegin = R"({"audio_base64":")";
[[nodiscard]] std::string timed_speech_end(const Alignments* alignments);

}  // namespace antiphon::protocol::elevenlabs
