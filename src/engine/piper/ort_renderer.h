#pragma once

#include <memory>
#include <optional>

#include "engine/ort/session.h"
#include "engine/piper/renderer.h"
#include "engine/piper/speaker.h"

namespace antiphon::engine::piper {

/// The graphs of one voice, one for each kind of grain. A voice that cannot be rendered in pieces has only `single`.
struct RenderGraphs {
  ort::Session single;
  std::optional<ort::Session> first;
  std::optional<ort::Session> middle;
  std::optional<ort::Session> last;
};

struct RenderModel {
  std::uint32_t channels = 0;    ///< Width of one row of the prior.
  std::size_t state_floats = 0;  ///< What the manifest says about all state tensors together.
  Speaker speaker = Speaker::kNone;
  std::uint32_t batch =
      1;  ///< Most first and middle grains at once; the others come in many lengths, and one at a time.
};

/// Renders by ONNX Runtime. Errors: kVoiceCorrupt where the graphs do not fit the model or each other, or render one
/// grain at a time where more are wanted.
[[nodiscard]] Result<std::unique_ptr<Renderer>> make_ort_renderer(RenderGraphs graphs, const RenderModel& model);

}  // namespace antiphon::engine::piper
