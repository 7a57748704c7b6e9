#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/ort/session.h"
#include "engine/piper/renderer.h"
#include "engine/piper/speaker.h"
#include "network/program.h"
#include "voice/grain_layout.h"

namespace antiphon::engine::piper {

struct KernelModel {
  std::uint32_t channels = 0;    ///< Width of one row of the prior.
  std::size_t state_floats = 0;  ///< What the manifest says about all states together.
  voice::GrainGeometry geometry;
  Speaker speaker = Speaker::kNone;
};

/// Renders by our own kernels. `speaker_graph` computes what the
/// network takes of the speaker. Error: kVoiceCorrupt where the parts do not fit the model or each other.
[[nodiscard]] Result<std::unique_ptr<Renderer>> make_kernel_renderer(const network::Network& network,
                                                                     std::optional<ort::Session> speaker_graph,
                                                                     const KernelModel& model,
                                                                     const network::ProgramOptions& options);

/// The kernels' version and instructions, for the execution fingerprint, for example "kernel-1-avx2".
[[nodiscard]] std::string kernel_fingerprint();

}  // namespace antiphon::engine::piper
