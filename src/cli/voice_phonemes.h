#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/config.h"
#include "delivery/voice_directory.h"

namespace antiphon::cli {

/// The phonemes that `voice` says for each of `texts`, which text::Preview::Segment::plan holds, in UTF-8. Empty for a
/// voice that is not told phonemes of espeak-ng, and where that or the voice cannot be read.
[[nodiscard]] std::vector<std::string> phonemes_of(const config::Engine& paths, const delivery::ServedVoice& voice,
                                                   std::span<const std::string> texts);

}  // namespace antiphon::cli
