#include "kernel/conv1d.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "kernel/flush_denormals.h"
#include "kernel/pack.h"

namespace antiphon::kernel {
namespace {

constexpr std::uint32_t kMostChannels = 4'096;
constexpr std::uint32_t kMostTaps = 64;
constexpr std::uint32_t kMostDilation = 256;

bool within(std::uint32_t value, std::uint32_t most) { return value >= 1 && value <= most; }

AlignedFloats pack_bias(const ConvShape& shape, std::span<const float> bias) {
  AlignedFloats packed(padded(shape.outputs));
  std::ranges::copy(bias, packed.data());
  return packed;
}

}  // namespace

Result<void> check_shape(const ConvShape& shape) {
  if (!within(shape.inputs, kMostChannels) || !within(shape.outputs, kMostChannels) ||
      !within(shape.kernel, kMostTaps) || !within(shape.dilation, kMostDilation))
    return fail(Errc::kBadShape, "a convolution beyond what the kernels compute");
  return {};
}

Result<void> check_weights(const ConvShape& shape, const ConvWeights& weights) {
  const std::size_t floats = std::size_t{shape.outputs} * shape.inputs * shape.kernel;
  if (weights.kernel.size() != floats) return fail(Errc::kBadWeights, "a kernel of another size than its shape");
  if (!weights.bias.empty() && weights.bias.size() != shape.outputs)
    return fail(Errc::kBadWeights, "a bias of another size than the outputs");
  return {};
}

Result<Conv1d> Conv1d::pack(const ConvShape& shape, const ConvWeights& weights, Method method, InstructionSet set) {
  if (auto checked = check_shape(shape); !checked) return std::unexpected(checked.error());
  if (auto checked = check_weights(shape, weights); !checked) return std::unexpected(checked.error());
  if (pieces_of(method, shape.kernel) == 0) {
    return fail(Errc::kBadShape,
                std::string(name_of(method)) + " does not fit a kernel of " + std::to_string(shape.kernel));
  }
  Conv1d conv;
  conv.shape_ = shape;
  conv.method_ = method;
  conv.kernels_ = &kernels_of(set);
  conv.own_weights_ = pack_weights(shape, weights, method);
  conv.weights_ = conv.own_weights_.data();
  conv.weight_floats_ = conv.own_weights_.size();
  conv.bias_ = pack_bias(shape, weights.bias);
  return conv;
}

std::size_t Conv1d::lead() const {
  if (method_ == Method::kDirect) return 0;
  const std::size_t taps = pieces_of(method_, shape_.kernel) * scheme_of(method_).taps;
  return (taps - shape_.kernel) * shape_.dilation;
}

std::size_t Conv1d::workspace_floats() const {
  if (method_ == Method::kDirect) return (kActivatedRows + reach()) * padded(shape_.inputs);
  return toom_cook_workspace(shape_.inputs, scheme_of(method_).points(), pieces_of(method_, shape_.kernel),
                             shape_.dilation);
}

void Conv1d::move_weights(float* to) {
  std::copy_n(weights_, weight_floats_, to);
  own_weights_ = {};
  weights_ = to;
}

void Conv1d::run(const ConvCall& call, std::span<float> workspace) const {
  ANTIPHON_CHECK(workspace.size() >= workspace_floats(), "a workspace that is too small");
  ANTIPHON_CHECK(call.rows % tile() == 0, "rows that are not whole tiles");
  const FlushDenormals flush;
  kernels_->convolve[static_cast<std::size_t>(method_)]({
      .input = call.input.from(-static_cast<std::ptrdiff_t>(lead())),
      .output = call.output,
      .residual = call.residual,
      .addend = call.addend,
      .weights = weights_,
      .bias = bias_.data(),
      .workspace = workspace.data(),
      .rows = call.rows,
      .inputs = shape_.inputs,
      .blocks = padded(shape_.outputs) / kBlock,
      .taps = shape_.kernel,
      .pieces = pieces_of(method_, shape_.kernel),
      .dilation = shape_.dilation,
      .input_slope = call.input_slope,
      .output_slope = call.output_slope,
  });
}

}  // namespace antiphon::kernel
