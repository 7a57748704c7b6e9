#pragma once

#include <array>
#include <cstdint>

#include "voice_import/graph_index.h"
#include "voice_import/seam.h"

namespace antiphon::voice_import {

/// A Conv or ConvTranspose of one dimension with constant float32 weights.
struct Convolution {
  std::array<std::int64_t, 3> weights{};  ///< Their dimensions; the third is the kernel.
  std::int64_t kernel = 1;
  std::int64_t dilation = 1;
  std::int64_t stride = 1;
  std::int64_t group = 1;
  std::int64_t pad_left = 0;
  std::int64_t pad_right = 0;
};

/// Error: kModelUnsupported where it is of another kind or a number of it is beyond those of any voice.
[[nodiscard]] Result<Convolution> convolution_of(const GraphIndex& index, const onnx::NodeProto& node);

/// The channels of the prior, told by a constant that splits or convolves what it is made of. Error: kModelUnsupported.
[[nodiscard]] Result<std::int64_t> prior_channels(const GraphIndex& index, const Seam& seam);

}  // namespace antiphon::voice_import
