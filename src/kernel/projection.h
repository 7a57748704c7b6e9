#pragma once

#include <cstddef>

#include "kernel/conv1d.h"

namespace antiphon::kernel {

struct ProjectionCall {
  InputRows input;  ///< At the first tap of output 0.
  float* output = nullptr;
  std::size_t rows = 0;
  float input_slope = 1;  ///< LeakyReLU over what is read, 0 to 1; 1 is none.
};

/// A convolution to one channel, whose outputs lie side by side. Immutable; any number of threads may run it at once.
class Projection {
 public:
  /// Errors: kBadShape, kBadWeights. `shape.outputs` is 1.
  [[nodiscard]] static Result<Projection> pack(const ConvShape& shape, const ConvWeights& weights, InstructionSet set);

  [[nodiscard]] const ConvShape& shape() const { return shape_; }
  [[nodiscard]] std::size_t reach() const { return static_cast<std::size_t>(shape_.kernel - 1) * shape_.dilation; }

  /// Allocates nothing. The floats that pad input rows must be finite.
  void run(const ProjectionCall& call) const;

 private:
  Projection() = default;

  ConvShape shape_;
  const KernelTable* kernels_ = nullptr;
  AlignedFloats weights_;
  float bias_ = 0;
};

}  // namespace antiphon::kernel
