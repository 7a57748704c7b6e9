#include "protocol/wyoming/error.h"

namespace antiphon::protocol::wyoming {

std::string_view code_of(Errc code) { return row_of(code).wyoming.code; }
unsigned status_of(Errc code) { return row_of(code).wyoming.status; }

Error speech_error(const Error& error) {
  const bool ours = code_of(error.code) == code_of(Errc::kEngineFailed);
  return {.code = error.code, .message = ours ? std::string(kFailureInLog) : error.message};
}

}  // namespace antiphon::protocol::wyoming
