#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::redis {

enum class Errc : std::uint8_t {
  kUrl,          ///< The address cannot be read.
  kUnavailable,  ///< There is no connection, it was lost before the answer, or the answer took too long.
  kFull,         ///< Too many commands wait.
  kProtocol,     ///< The server sends what is no reply, or one beyond ReplyLimits.
  kRefused,      ///< The server answered with an error.
};

struct Error {
  Errc code{};
  std::string message;  ///< Human-readable; for kRefused what the server said, at most 512 bytes of it.
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::redis
