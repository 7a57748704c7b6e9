#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/conv1d.h"

namespace antiphon::kernel {

/// A transposed convolution: y[n] = bias + sum over i of w[n - i * stride] * x[i]. Its kernel is at least as long as
/// its stride; stride * padded(outputs) is at most 4,096.
struct ConvTransposeShape {
  std::uint32_t inputs = 1;
  std::uint32_t outputs = 1;
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  friend bool operator==(const ConvTransposeShape&, const ConvTransposeShape&) = default;
};

/// Error: kBadShape.
[[nodiscard]] Result<void> check_shape(const ConvTransposeShape& shape);

/// A transposed convolution as a convolution of few taps that makes `stride` rows at once, one for each phase:
/// y[q * stride + p] = sum over j of w[j * stride + p] * x[q - j]. Immutable, as Conv1d.
class ConvTranspose1d {
 public:
  /// `weights.kernel` is [input][output][tap]. Errors: kBadShape (also where the method cannot compute as many taps()),
  /// kBadWeights.
  [[nodiscard]] static Result<ConvTranspose1d> pack(const ConvTransposeShape& shape, const ConvWeights& weights,
                                                    Method method, InstructionSet set);

  [[nodiscard]] static std::uint32_t taps_of(const ConvTransposeShape& shape) {
    return (shape.kernel + shape.stride - 1) / shape.stride;
  }

  [[nodiscard]] const ConvTransposeShape& shape() const { return shape_; }
  /// The convolution from rows of x to groups of `stride` rows of y.
  [[nodiscard]] const Conv1d& phases() const { return phases_; }

  /// See Conv1d.
  void move_weights(float* to) { phases_.move_weights(to); }

  /// `call.rows`: rows of x, whole tiles of phases(); the input begins at x[-(taps - 1)]. The output has
  /// stride * call.rows rows, side by side: its stride is padded(outputs). No residual and no addend.
  void run(const ConvCall& call, std::span<float> workspace) const;

 private:
  ConvTranspose1d(const ConvTransposeShape& shape, Conv1d phases) : shape_(shape), phases_(std::move(phases)) {}

  ConvTransposeShape shape_;
  Conv1d phases_;
};

}  // namespace antiphon::kernel
