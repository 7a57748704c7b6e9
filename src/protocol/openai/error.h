#pragma once

#include <string>

#include "protocol/error.h"

/// The messages of OpenAI's speech interface (API reference, audio/speech and models). Pure.
namespace antiphon::protocol::openai {

using protocol::Errc;
using protocol::Error;
using protocol::Result;

[[nodiscard]] unsigned status_of(Errc code);

/// Returns `{"error":{"message","type","param","code"}}`, always with all four keys.
[[nodiscard]] std::string error_body(const Error& error);

/// Returns what OpenAI's clients get where speech has ended with `error`: with the names of their fields.
[[nodiscard]] Error speech_error(const Error& error);

}  // namespace antiphon::protocol::openai
