#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/api/engine.h"
#include "engine/kokoro/kokoro_voice.h"
#include "engine/ort/runtime.h"

namespace antiphon::engine::kokoro {

/// Where the readers of voices come from.
struct Readers {
  /// Makes the reader of a prepared voice of the data in its folder. Errors: kVoiceCorrupt, kEngineFailure. Not empty.
  std::function<Result<std::unique_ptr<Reader>>(const std::filesystem::path& folder, const Manifest& manifest)> make;
  /// Names the versions of what decides how a text is read, besides the voice. Not empty.
  std::function<std::string()> version;
};

struct Options {
  ort::RuntimeOptions runtime;
  Readers readers;
};

/// Voices of Kokoro-82M, prepared by voice_import: 24 kHz, on the processor. ONNX Runtime is opened when it is first
/// needed; where it is missing, load() says so. docs/engines.md says how they work and what they cost.
[[nodiscard]] std::unique_ptr<Engine> make_kokoro_engine(Options options);

/// The voice whose files `manifest` names; `reader` is not null. They are not compared with it. Errors: kVoiceCorrupt,
/// kEngineFailure.
[[nodiscard]] Result<std::unique_ptr<KokoroVoice>> load_voice(const ort::Runtime& runtime,
                                                              const std::filesystem::path& folder, Manifest manifest,
                                                              std::unique_ptr<Reader> reader);

}  // namespace antiphon::engine::kokoro
