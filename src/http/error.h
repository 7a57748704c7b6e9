#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::http {

template <class T>
using Result = base::Result<T, std::string>;

/// Why the server answers a request itself, without its handler.
enum class EdgeErrc : std::uint8_t {
  kBadRequest,            ///< 400: not HTTP, or contradictory.
  kOriginRefused,         ///< 403: a web page of another origin.
  kRequestTimeout,        ///< 408: header or body did not arrive in time.
  kBodyTooLarge,          ///< 413
  kTargetTooLong,         ///< 414
  kUnsupportedMediaType,  ///< 415: a body that is not application/json.
  kUnsupportedCoding,     ///< 415: a body with a Content-Encoding.
  kHostRefused,           ///< 421: a Host that is not this server's name (DNS rebinding).
  kHeadersTooLarge,       ///< 431
  kInternal,              ///< 500: the handler failed or did not answer.
  kNotImplemented,        ///< 501: a method or transfer coding that HTTP/1.1 servers need not know.
  kTooManyConnections,    ///< 503
  kVersionNotSupported,   ///< 505
};

struct EdgeError {
  EdgeErrc code = EdgeErrc::kBadRequest;
  std::string message;  ///< For the client; a sentence.
};

[[nodiscard]] unsigned status_of(EdgeErrc code);

}  // namespace antiphon::http
