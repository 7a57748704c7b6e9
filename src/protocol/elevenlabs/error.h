#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// The messages of ElevenLabs' text-to-speech interface: HTTP bodies, and WebSocket messages with incremental text (API
/// reference, text-to-speech, and what the elevenlabs, LiveKit and Pipecat clients send). Pure.
namespace antiphon::protocol::elevenlabs {

enum class Errc : std::uint8_t {
  kBadRequest,         ///< Not JSON as it should be.
  kMissingParameter,   ///< A required field is absent.
  kInvalidType,        ///< A field of another JSON type.
  kInvalidValue,       ///< A field out of its range.
  kInputTooLong,       ///< More characters than a field may have.
  kNothingToSpeak,     ///< No voice could say anything of it.
  kTextNotSpeakable,   ///< Workers could not bear it; the same text is not tried again for a while.
  kUnsupported,        ///< Asked for what this server does not do, such as SSML.
  kUnsupportedFormat,  ///< An output_format that this server does not write.
  kUnknownVoice,       ///< No such voice here.
  kUnknownModel,       ///< No such model here.
  kUnauthorized,       ///< No API key, or an unknown one.
  kNotFound,           ///< No such path.
  kMethodNotAllowed,   ///< The path takes another method.
  kTooManyContexts,    ///< More contexts at once than one connection may have.
  kInactive,           ///< No text came for longer than inactivity_timeout.
  kTooManyStreams,     ///< The user has as many streams as he may have.
  kServerBusy,         ///< No room, or not ready: come back later.
  kEngineFailed,       ///< It could not be rendered, for no fault of the client.
  kWorkerLost,         ///< It could not be rendered since workers ended; trying again may help.
};

struct Error {
  Errc code = Errc::kBadRequest;
  std::string message = {};  ///< For the client: what was wrong and what to do.
  std::string param = {};    ///< The field it is about; "" = none.
};

template <class T>
using Result = base::Result<T, Error>;

[[nodiscard]] unsigned status_of(Errc code);
/// With which a WebSocket is closed for it: 1008 (the client's fault), 1011 (ours) or 1013 (come back later).
[[nodiscard]] std::uint16_t close_code_of(Errc code);
/// `status` in the body, and the label of a metric.
[[nodiscard]] std::string_view code_of(Errc code);

/// `{"detail":{"status","message","param"}}`, as HTTP answers have it.
[[nodiscard]] std::string error_body(const Error& error);

}  // namespace antiphon::protocol::elevenlabs
