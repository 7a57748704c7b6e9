#include "kernel/projection.h"

#include "kernel/flush_denormals.h"

namespace antiphon::kernel {

Result<Projection> Projection::pack(const ConvShape& shape, const ConvWeights& weights, InstructionSet set) {
  if (auto checked = check_shape(shape); !checked) return std::unexpected(checked.error());
  if (shape.outputs != 1) return fail(Errc::kBadShape, "a projection to more than one channel");
  if (auto checked = check_weights(shape, weights); !checked) return std::unexpected(checked.error());
  Projection projection;
  projection.shape_ = shape;
  projection.kernels_ = &kernels_of(set);
  projection.weights_ = AlignedFloats(shape.kernel * padded(shape.inputs));
  for (std::size_t i = 0; i < shape.inputs; ++i) {
    for (std::size_t tap = 0; tap < shape.kernel; ++tap) {
      projection.weights_[tap * padded(shape.inputs) + i] =
          static_cast<float>(weights.scale * weights.kernel[i * shape.kernel + tap]);
    }
  }
  if (!weights.bias.empty()) projection.bias_ = weights.bias[0];
  return projection;
}

void Projection::run(const ProjectionCall& call) const {
  const FlushDenormals flush;
  kernels_->project({.input = call.input,
                     .weights = weights_.data(),
                     .output = call.output,
                     .rows = call.rows,
                     .width = padded(shape_.inputs),
                     .taps = shape_.kernel,
                     .dilation = shape_.dilation,
                     .input_slope = call.input_slope,
                     .bias = bias_});
}

}  // namespace antiphon::kernel
