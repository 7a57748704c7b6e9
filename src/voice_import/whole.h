#pragma once

#include "voice_import/cut.h"
#include "voice_import/weights.h"

namespace antiphon::voice_import {

struct Whole {
  std::string model;
  std::int64_t hop = 1;  ///< Samples per frame, by the strides of the transposed convolutions.
  std::int64_t channels = 0;
};

/// The renderer as it stands in the original, for a segment in one grain. Error: kModelUnsupported where it depends on
/// more than the prior, the speaker and the mask of frames.
[[nodiscard]] Result<Whole> whole_renderer(const onnx::ModelProto& original, const GraphIndex& index, const Seam& seam,
                                           Weights& weights);

}  // namespace antiphon::voice_import
