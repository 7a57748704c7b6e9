#pragma once

#include <memory>

#include "engine/api/engine.h"
#include "engine/ort/runtime.h"
#include "phonemizer/phonemizer.h"

namespace antiphon::engine::piper {

struct Options {
  ort::RuntimeOptions runtime;
  phonemizer::Options phonemizer;
};

/// Voices trained by Piper (VITS), prepared by voice/. Both libraries are opened when they are first needed; where one
/// is missing, load() says so. Costs about 16 ms per audio-second for a plan and 80 for its grains on one thread of an
/// AVX2 machine.
[[nodiscard]] std::unique_ptr<Engine> make_piper_engine(Options options = {});

}  // namespace antiphon::engine::piper
