#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "engine/api/engine.h"
#include "engine/kokoro/model.h"
#include "engine/ort/session.h"

namespace antiphon::engine::kokoro {

/// Frames as the decoder takes them.
struct DecoderInput {
  std::span<const float> features;  ///< Channel by channel, a value for each frame.
  std::span<const float> pitch;     ///< kCurvePerFrame values for each frame.
  std::span<const float> loudness;  ///< The same.
  std::span<const float, kStyleFloats> style;
};

/// The graph from frames to sound. One thread at a time.
class Renderer {
 public:
  /// Error: kVoiceCorrupt where the graph is another one.
  [[nodiscard]] static Result<Renderer> make(ort::Session graph, std::uint32_t channels);

  /// The samples of all frames, kHop each. Error: kEngineFailure.
  [[nodiscard]] Result<std::vector<float>> decode(const DecoderInput& input);

  /// A grain whose rows and state have the sizes that it needs. Errors: kStateMismatch; kEngineFailure.
  [[nodiscard]] Result<RenderedGrain> render(const RenderRequest& request);

 private:
  Renderer(ort::Session graph, std::uint32_t channels) : graph_(std::move(graph)), channels_(channels) {}

  ort::Session graph_;
  std::uint32_t channels_;
};

}  // namespace antiphon::engine::kokoro
