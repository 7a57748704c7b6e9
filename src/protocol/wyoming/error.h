#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// The events of the Wyoming protocol, by which Home Assistant asks for speech (rhasspy/wyoming, README and sources).
/// Pure.
namespace antiphon::protocol::wyoming {

enum class Errc : std::uint8_t {
  kMalformed,         ///< A line that is no JSON object of an event: the framing is lost.
  kTooLarge,          ///< A line, data or payload over its limit: the framing is lost.
  kMissingParameter,  ///< A required field is absent.
  kInvalidType,       ///< A field of another JSON type.
  kInvalidValue,      ///< A field out of its range.
  kInputTooLong,      ///< More characters than a field may have.
  kOutOfTurn,         ///< An event that makes no sense here, such as a chunk of text before its start.
  kUnsupported,       ///< Asked for what this server does not do, such as SSML.
  kUnknownVoice,      ///< No such voice, speaker or language here.
  kNothingToSpeak,    ///< No voice could say anything of it.
  kTextNotSpeakable,  ///< Workers could not bear it; the same text is not tried again for a while.
  kServerBusy,        ///< No room, or not ready: come back later.
  kEngineFailed,      ///< It could not be rendered, for no fault of the client.
  kWorkerLost,        ///< It could not be rendered since workers ended; trying again may help.
};

struct Error {
  Errc code = Errc::kMalformed;
  std::string message = {};  ///< For the client: what was wrong and what to do.
  std::string param = {};    ///< The field it is about; "" = none.
};

template <class T>
using Result = base::Result<T, Error>;

/// `code` of the error event, and the label of a metric.
[[nodiscard]] std::string_view code_of(Errc code);

}  // namespace antiphon::protocol::wyoming
