#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "protocol/error.h"
#include "tracing/context.h"

namespace antiphon::dispatch {

/// What the doors and streams know of an answer, for its line in the log: nothing of what a user said.
struct AccessNote {
  std::string request_id;
  std::string key;               ///< The name of the API key; "" where there is none.
  std::string_view format;       ///< Format of the audio, as codec::name_of() has it; "" where none was asked for.
  base::Duration first_audio{};  ///< From the first utterance that had audio to its first bytes; zero: none had any.
  base::Duration audio{};        ///< That was rendered, of all utterances.
  std::optional<protocol::Errc> error{};  ///< Error of the last utterance.
  /// The trace that the client says, or the one that was begun for it; nullopt: there is none.
  std::optional<tracing::Context> trace{};
  bool left = false;  ///< Whether the listener of the last utterance left, or was dropped, before its end.
};

}  // namespace antiphon::dispatch
