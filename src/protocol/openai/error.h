#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// The messages of OpenAI's speech interface (API reference, audio/speech and models). Pure.
namespace antiphon::protocol::openai {

enum class Errc : std::uint8_t {
  kBadRequest,         ///< Not HTTP or not JSON as it should be.
  kMissingParameter,   ///< A required field is absent.
  kInvalidType,        ///< A field of another JSON type.
  kInvalidValue,       ///< A field out of its range.
  kInputTooLong,       ///< More characters than a field may have.
  kNothingToSpeak,     ///< No voice could say anything of it.
  kTextNotSpeakable,   ///< Workers could not bear it; the same text is not tried again for a while.
  kUnknownVoice,       ///< No such voice here.
  kUnknownModel,       ///< No such model here.
  kUnsupportedFormat,  ///< A format or stream format that this server does not write.
  kUnauthorized,       ///< No API key, or an unknown one.
  kForbidden,          ///< The API key is not for that.
  kNotFound,           ///< No such path.
  kMethodNotAllowed,   ///< The path takes another method.
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
/// "invalid_request_error", "rate_limit_error" or "server_error".
[[nodiscard]] std::string_view type_of(Errc code);
/// The `code` of the error object, and the label of a metric.
[[nodiscard]] std::string_view code_of(Errc code);

/// `{"error":{"message","type","param","code"}}`, always with all four keys.
[[nodiscard]] std::string error_body(const Error& error);

}  // namespace antiphon::protocol::openai
