#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/error.h"

/// The messages of ElevenLabs' text-to-speech interface: HTTP bodies, and WebSocket messages with incremental text (API
/// reference, text-to-speech, and what the elevenlabs, LiveKit and Pipecat clients send). Pure.
namespace antiphon::protocol::elevenlabs {

using protocol::Errc;
using protocol::Error;
using protocol::Result;

[[nodiscard]] unsigned status_of(Errc code);
/// Returns the code with which a WebSocket is closed for it.
[[nodiscard]] std::uint16_t close_code_of(Errc code);
/// Returns `status` of the body, and `error` of a message.
[[nodiscard]] std::string_view code_of(Errc code);

/// Returns `{"detail":{"status","message","param"}}`, as HTTP answers have it.
[[nodiscard]] std::string error_body(const Error& error);

/// Returns what ElevenLabs' clients get where speech has ended with `error`: with the names of their fields.
[[nodiscard]] Error speech_error(const Error& error);

}  // namespace antiphon::protocol::elevenlabs
