#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace antiphon::gateway {

/// Why speech does not come about, at whichever door it was asked for.
enum class Errc : std::uint8_t {
  kUnknownVoice,      ///< No such voice, or not for this caller.
  kInvalidText,       ///< Not a text.
  kBusy,              ///< No room, or not ready: come back later.
  kUserLimit,         ///< The user, or the account, has as many streams as it may have.
  kRevoked,           ///< Its API key was revoked after it had been let in, or while it waited.
  kShed,              ///< It was let in, but the cell cannot keep what it promised, and its user has most of it.
  kNothingToSpeak,    ///< No segment of the text has a phoneme of the voice.
  kTextNotSpeakable,  ///< The text has ended the workers that planned it.
  kWorkerLost,        ///< One job lost its worker more often than allowed.
  kStalled,           ///< No worker made progress with it for too long.
  kEngineFailed,      ///< The engine refused a job.
  kCannotListen,      ///< The address is taken or not ours.
  kNoVoice,           ///< There is no voice to speak with.
};

struct Error {
  Errc code = Errc::kEngineFailed;
  std::string message;  ///< No user text.
  /// Of kBusy and kUserLimit: when trying again is expected to help.
  base::Duration retry_after = std::chrono::seconds(1);
};

template <class T>
using Result = base::Result<T, Error>;

}  // namespace antiphon::gateway
