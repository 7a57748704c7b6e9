#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::gateway {

enum class Errc : std::uint8_t {
  kNothingToSpeak,  ///< No segment of the text has a phoneme of the voice.
  kWorkerLost,      ///< One job lost its worker more often than allowed.
  kStalled,         ///< No worker made progress with it for too long.
  kEngineFailed,    ///< The engine refused a job.
  kCannotListen,    ///< The address is taken or not ours.
  kNoVoice,         ///< There is no voice to speak with.
};

struct Error {
  Errc code = Errc::kEngineFailed;
  std::string message;  ///< No user text.
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::gateway
