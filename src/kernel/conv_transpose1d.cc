#include "kernel/conv_transpose1d.h"

#include <vector>

#include "base/check.h"

namespace antiphon::kernel {
namespace {

ConvShape phases_of(const ConvTransposeShape& shape) {
  return {.inputs = shape.inputs,
          .outputs = static_cast<std::uint32_t>(shape.stride * padded(shape.outputs)),
          .kernel = ConvTranspose1d::taps_of(shape)};
}

}  // namespace

Result<void> check_shape(const ConvTransposeShape& shape) {
  constexpr std::uint32_t kMost = 4'096;
  if (shape.outputs < 1 || shape.outputs > kMost || shape.stride < 1 || shape.stride > kMost ||
      shape.kernel < shape.stride || shape.kernel > kMost)
    return fail(Errc::kBadShape, "a transposed convolution beyond what the kernels compute");
  return check_shape(phases_of(shape));
}

Result<ConvTranspose1d> ConvTranspose1d::pack(const ConvTransposeShape& shape, const ConvWeights& weights,
                                              Method method, InstructionSet set) {
  if (auto checked = check_shape(shape); !checked) return std::unexpected(checked.error());
  if (weights.kernel.size() != std::size_t{shape.inputs} * shape.outputs * shape.kernel ||
      (!weights.bias.empty() && weights.bias.size() != shape.outputs))
    return fail(Errc::kBadWeights, "weights of another size than their shape");
  const auto phases = phases_of(shape);
  const std::size_t taps = phases.kernel;
  std::vector<float> kernel(std::size_t{phases.outputs} * shape.inputs * taps);
  std::vector<float> bias(phases.outputs);
  for (std::size_t phase = 0; phase < shape.stride; ++phase) {
    for (std::size_t o = 0; o < shape.outputs; ++o) {
      const auto row = phase * padded(shape.outputs) + o;
      if (!weights.bias.empty()) bias[row] = weights.bias[o];
      for (std::size_t i = 0; i < shape.inputs; ++i) {
        for (std::size_t j = 0; j < taps && j * shape.stride + phase < shape.kernel; ++j) {
          kernel[(row * shape.inputs + i) * taps + (taps - 1 - j)] =
              weights.kernel[(i * shape.outputs + o) * shape.kernel + j * shape.stride + phase];
        }
      }
    }
  }
  auto packed = Conv1d::pack(phases, {.kernel = kernel, .bias = bias, .scale = weights.scale}, method, set);
  if (!packed) return std::unexpected(std::move(packed.error()));
  return ConvTranspose1d(shape, std::move(*packed));
}

void ConvTranspose1d::run(const ConvCall& call, std::span<float> workspace) const {
  ANTIPHON_CHECK(call.output.stride == padded(shape_.outputs), "rows of outputs that are not side by side");
  ANTIPHON_CHECK(call.residual.data == nullptr && call.addend.data == nullptr, "nothing can be added here");
  auto phases = call;
  phases.output.stride = phases_.shape().outputs;
  phases_.run(phases, workspace);
}

}  // namespace antiphon::kernel
