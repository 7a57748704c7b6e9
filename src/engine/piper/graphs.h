#pragma once

#include <filesystem>
#include <memory>

#include "engine/ort/runtime.h"
#include "engine/piper/batching.h"
#include "engine/piper/planner.h"
#include "engine/piper/renderer.h"
#include "voice/manifest.h"

namespace antiphon::engine::piper {

/// The two phases of a voice, without its text.
struct Graphs {
  Planner planner;
  std::unique_ptr<Renderer> renderer;
};

/// Loads the graphs of a prepared voice, whose files the caller has checked, to be rendered by `kernel`. What
/// `batching` says is for ONNX Runtime's renderer of first and middle grains; what comes in every length, the plan and
/// the other grains, stays on the processor. Errors: kVoiceCorrupt; kEngineFailure where the voice has no network for
/// our own kernels, or the device is not to be had.
[[nodiscard]] Result<Graphs> load_graphs(const ort::Runtime& runtime, const std::filesystem::path& folder,
                                         const voice::Manifest& manifest, voice::Kernel kernel,
                                         const Batching& batching = {});

}  // namespace antiphon::engine::piper
