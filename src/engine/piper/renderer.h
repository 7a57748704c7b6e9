#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/api/engine.h"

namespace antiphon::engine::piper {

/// One grain's arguments, already checked against the voice's layout.
struct GrainInput {
  GrainKind kind = GrainKind::kSingle;
  std::span<const float> rows;   ///< Time-major: rows of the prior's channels.
  std::span<const float> state;  ///< state_floats() for kMiddle and kLast, else empty.
  std::uint32_t speaker = 0;
  std::uint32_t samples = 0;  ///< What it yields.
};

struct GrainOutput {
  std::vector<float> wave;   ///< GrainInput::samples values, nominally within +-1.
  std::vector<float> state;  ///< state_floats() after kFirst and kMiddle, else empty.
};

/// Prior to wave, grain by grain: the one step that costs. By ONNX Runtime, or by our own kernels. An implementation is
/// part of the execution fingerprint.
class Renderer {
 public:
  virtual ~Renderer() = default;
  /// Size of what is carried from grain to grain.
  [[nodiscard]] virtual std::size_t state_floats() const = 0;
  /// How many grains of a kind are rendered at once, at least 1.
  [[nodiscard]] virtual std::size_t batch_size(GrainKind /*kind*/) const { return 1; }
  /// Renders 1 to batch_size(kind) grains of one kind, and gives as many. What one gives does not depend on the others.
  /// Error: kEngineFailure, of all together.
  [[nodiscard]] virtual Result<std::vector<GrainOutput>> render_batch(std::span<const GrainInput> inputs) = 0;
  /// A batch of one.
  [[nodiscard]] Result<GrainOutput> render(const GrainInput& input) {
    auto outputs = render_batch(std::span(&input, 1));
    if (!outputs) return std::unexpected(std::move(outputs.error()));
    return std::move(outputs->front());
  }
};

}  // namespace antiphon::engine::piper
