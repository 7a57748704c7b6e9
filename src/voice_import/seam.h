#pragma once

#include <string>

#include "voice_import/graph_index.h"

namespace antiphon::voice_import {

/// A tensor of the phonemes, and whether it lies [1, phonemes, channels] instead of [1, channels, phonemes].
struct PhonemeTensor {
  std::string name;
  bool transposed = false;
};

/// Where a VITS graph parts: prior = expand(mean) + noise * exp(expand(log_deviation)) * noise_scale, where expand
/// repeats the column of each phoneme for its duration.
struct Seam {
  std::string prior;  ///< [1, channels, frames]; all that renders depends on it.
  PhonemeTensor mean;
  PhonemeTensor log_deviation;
  std::string durations;       ///< [1, 1, phonemes], in whole frames.
  std::string duration_noise;  ///< [1, 2, phonemes]; empty where durations are predicted without chance.
  std::string noise;           ///< Like prior.
};

/// Error: kModelUnsupported, with what is missing.
[[nodiscard]] Result<Seam> find_seam(const GraphIndex& index);

/// Whether the tensor says for each frame of the only segment of a batch that it is a frame of the segment: 1
/// everywhere. It is Cast(range(max(lengths)) < lengths), with dimensions of size 1 added here and there.
[[nodiscard]] bool is_frame_mask(const GraphIndex& index, const std::string& tensor);

}  // namespace antiphon::voice_import
