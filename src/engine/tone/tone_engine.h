#pragma once

#include <cstdint>
#include <memory>

#include "engine/api/engine.h"
#include "engine/tone/manifest.h"

namespace antiphon::engine::tone {

/// Speech without a model: a few partials that follow the letters, as long as speech would be. For tests, simulations
/// and load: its bytes depend on text, seed, speed, speaker, segment and on the carried state, in integers only, so
/// they are the same on every machine, and a row or state that was lost, swapped or garbled is refused or heard.
/// `batch`: first and middle grains that are rendered at once, at the cost of one of them; 1 or more.
[[nodiscard]] std::unique_ptr<Engine> make_tone_engine(std::uint32_t batch = 1);

}  // namespace antiphon::engine::tone
