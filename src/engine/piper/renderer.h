#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
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
  /// Error: kEngineFailure.
  [[nodiscard]] virtual Result<GrainOutput> render(const GrainInput& input) = 0;
};

}  // namespace antiphon::engine::piper
