#include "protocol/wyoming/error.h"

#include <utility>

namespace antiphon::protocol::wyoming {

std::string_view code_of(Errc code) {
  switch (code) {
    case Errc::kMalformed:
      return "malformed_event";
    case Errc::kTooLarge:
      return "event_too_large";
    case Errc::kMissingParameter:
      return "missing_required_parameter";
    case Errc::kInvalidType:
      return "invalid_type";
    case Errc::kInvalidValue:
      return "invalid_value";
    case Errc::kInputTooLong:
      return "string_above_max_length";
    case Errc::kOutOfTurn:
      return "out_of_turn";
    case Errc::kUnsupported:
      return "unsupported";
    case Errc::kUnknownVoice:
      return "voice_not_found";
    case Errc::kNothingToSpeak:
      return "nothing_to_speak";
    case Errc::kTextNotSpeakable:
      return "text_not_speakable";
    case Errc::kServerBusy:
      return "server_busy";
    case Errc::kEngineFailed:
      return "engine_failed";
    case Errc::kWorkerLost:
      return "worker_lost";
  }
  std::unreachable();
}

}  // namespace antiphon::protocol::wyoming
