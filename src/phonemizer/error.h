#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::phonemizer {

enum class Errc : std::uint8_t {
  kLibraryNotFound,  ///< The shared library cannot be opened, or is not espeak-ng 1.52.
  kDataNotFound,     ///< The folder is not espeak-ng's data.
  kOtherLibrary,     ///< Another library or data folder is in use in this process already.
  kUnknownVoice,     ///< espeak-ng has no such voice.
  kTextTooLong,      ///< More than kMaxTextBytes.
};

struct Error {
  Errc code = Errc::kLibraryNotFound;
  std::string message;  ///< No user text.
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::phonemizer
