#pragma once

#include <filesystem>
#include <memory>

#include "engine/api/engine.h"
#include "engine/hibari/hibari_voice.h"
#include "engine/ort/runtime.h"

namespace antiphon::engine::hibari {

struct Options {
  ort::RuntimeOptions runtime;
};

/// Voices of the hibari package, prepared by voice_import: English, 24 kHz, on the processor. ONNX Runtime is
/// opened when it is first needed; where it is missing, load() says so. docs/engines.md says how they work and what
/// they cost.
[[nodiscard]] std::unique_ptr<Engine> make_hibari_engine(Options options = {});

/// The voice whose files `manifest` names. They are not compared with it. Errors: kVoiceCorrupt, kEngineFailure.
[[nodiscard]] Result<std::unique_ptr<HibariVoice>> load_voice(const ort::Runtime& runtime,
                                                              const std::filesystem::path& folder, Manifest manifest);

}  // namespace antiphon::engine::hibari
