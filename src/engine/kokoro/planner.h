#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/api/engine.h"
#include "engine/kokoro/layout.h"
#include "engine/kokoro/model.h"
#include "engine/ort/session.h"

namespace antiphon::engine::kokoro {

struct PlanInput {
  std::span<const std::int64_t> tokens;  ///< With the silence at both ends.
  std::span<const float, kStyleFloats> style;
  float speed = 1;
  std::uint32_t max_frames = 0;
};

/// All frames of a segment, with the silence at its ends, as the model plans them.
struct Plan {
  std::vector<std::uint32_t> frames_of;  ///< Number of frames of each token.
  std::vector<float> features;           ///< Channel by channel, a value for each frame.
  std::vector<float> pitch;              ///< kCurvePerFrame values for each frame.
  std::vector<float> loudness;           ///< The same; logarithms.

  [[nodiscard]] std::size_t frames() const { return pitch.size() / kCurvePerFrame; }
};

/// The loudness of each frame.
[[nodiscard]] std::vector<float> loudness_of_frames(const Plan& plan);

/// The rows of `stretches` of a plan of `channels` channels, as grains_of() lays them out.
[[nodiscard]] std::vector<std::byte> rows_of(const Plan& plan, std::uint32_t channels,
                                             std::span<const Stretch> stretches,
                                             std::span<const float, kStyleFloats> style);

/// The graph from tokens to features, pitch and loudness of frames. One thread at a time.
class Planner {
 public:
  /// Error: kVoiceCorrupt where the graph is another one.
  [[nodiscard]] static Result<Planner> make(ort::Session graph, std::uint32_t channels);

  /// Errors: kSegmentTooLong; kEngineFailure where the graph fails or gives what it should not.
  [[nodiscard]] Result<Plan> plan(const PlanInput& input);

 private:
  Planner(ort::Session graph, std::uint32_t channels) : graph_(std::move(graph)), channels_(channels) {}

  ort::Session graph_;
  std::uint32_t channels_;
};

}  // namespace antiphon::engine::kokoro
