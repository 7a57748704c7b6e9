#pragma once

#include <cstdint>

namespace antiphon::engine::piper {

/// Whether a voice's graphs take the number of the speaker.
enum class Speaker : std::uint8_t {
  kNone,   ///< There is one speaker.
  kInput,  ///< By the input `sid`.
};

}  // namespace antiphon::engine::piper
