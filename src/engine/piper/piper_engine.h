#pragma once

#include <memory>
#include <optional>

#include "engine/api/engine.h"
#include "engine/ort/runtime.h"
#include "engine/piper/batching.h"
#include "phonemizer/phonemizer.h"
#include "voice/manifest.h"

namespace antiphon::engine::piper {

struct Options {
  ort::RuntimeOptions runtime;
  phonemizer::Options phonemizer;
  std::optional<voice::Kernel> kernel;  ///< Renders every voice; none: the one that its manifest names.
  Batching batching{};
};

/// On a CUDA device, or with batches of more than one, ONNX Runtime renders every voice, whatever `kernel` says but its
/// own name; our own kernels named there are an error of load().
///
/// Voices trained by Piper (VITS), prepared by voice/. Both libraries are opened when they are first needed; where one
/// is missing, load() says so. Costs on one thread, in ms per audio-second: about 10 to 16 for a plan, and for its
/// grains about 75 by ONNX Runtime or 30 by our own kernels (docs/kernels.md).
[[nodiscard]] std::unique_ptr<Engine> make_piper_engine(Options options = {});

}  // namespace antiphon::engine::piper
