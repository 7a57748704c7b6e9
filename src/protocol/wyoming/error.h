#pragma once

#include <string_view>

#include "protocol/error.h"

/// The events of the Wyoming protocol, by which Home Assistant asks for speech (rhasspy/wyoming, README and sources).
/// Pure.
namespace antiphon::protocol::wyoming {

using protocol::Errc;
using protocol::Error;
using protocol::Result;

/// Returns `code` of the error event.
[[nodiscard]] std::string_view code_of(Errc code);
/// Returns the status that HTTP has for such an error.
[[nodiscard]] unsigned status_of(Errc code);

/// Returns what a client gets where speech has ended with `error`.
[[nodiscard]] Error speech_error(const Error& error);

}  // namespace antiphon::protocol::wyoming
