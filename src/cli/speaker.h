#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "engine/api/engine.h"
#include "text/segmenter.h"

namespace antiphon::cli {

struct Speech {
  std::string_view text;  ///< A result of text::prepare().
  text::Options segmentation{};
  double speed = 1;
  std::uint64_t seed = 0;
  std::uint32_t speaker = 0;
  std::string_view language{};  ///< Of the speaker, as BCP 47; "": that of the voice.
};

/// Takes PCM at the voice's own rate, in order; false stops the speech.
using Sink = std::function<bool(std::span<const std::int16_t>)>;
/// Told the share of the text that has been spoken, 0 to 1.
using Progress = std::function<void(double)>;

/// Speaks in this process, byte for byte as the server does. Errors: kNothingToSpeak when no segment speaks; those of
/// Voice::plan and Voice::render.
[[nodiscard]] engine::Result<void> speak(engine::Voice& voice, const Speech& speech, const Sink& sink,
                                         const Progress& progress);

}  // namespace antiphon::cli
