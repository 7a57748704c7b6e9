#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "voice_import/error.h"

/// Cuts the graph of a hibari voice before its last layer, which gives the spectra of frames, and opens its networks to
/// code that knows only floats.
namespace antiphon::voice_import {

/// Serialised ONNX models, and what they promise.
struct SpectralParts {
  /// ids int64 [1, P], speed float [1] -> durations float [1, P] in frames, f0 float [1, F] in Hz, features float
  /// [1, F, C], whole numbers from 0 to 255, and their scale and zero_point, each one float.
  std::string plan;
  /// features float [1, n, C], scale and zero_point float [] -> spectrum float [1, n, outputs]. A frame's result is
  /// exact and does not depend on the others', since the products are of whole numbers.
  std::string head;
  std::uint32_t features = 0;  ///< C.
  std::int64_t outputs = 0;
  std::int64_t phonemes = 0;  ///< Ids that the model knows; 0 where that was not recognised.
};

/// Takes a model of at most 1 GiB with the outputs lh, theta, ln, lr, phi and f0. Errors: kModelInvalid; kUnsupported
/// where its last layer is no quantised matrix, or durations cannot be found.
[[nodiscard]] Result<SpectralParts> cut_spectral(std::string_view model);

/// The model with its one output, of whole numbers, as floats named "out". Errors: as above.
[[nodiscard]] Result<std::string> with_float_output(std::string_view model);

}  // namespace antiphon::voice_import
