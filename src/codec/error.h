#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::codec {

enum class Errc : std::uint8_t {
  kUnsupported,  ///< A format that this build cannot write.
  kBadRate,      ///< A sample rate outside kLeastRate to kMostRate.
  kLibrary,      ///< FFmpeg refused or ran out of memory; the message has its words.
};

struct Error {
  Errc code = Errc::kLibrary;
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::codec
