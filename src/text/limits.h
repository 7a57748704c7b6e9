#pragma once

#include <cstddef>

#include "text/segmenter.h"

/// Inside text/ only: the options with values out of range clamped.
namespace antiphon::text {

/// Longest segment, in units of spoken_length().
[[nodiscard]] std::size_t limit_of(const Options& options);
[[nodiscard]] base::Duration pause_of(const Options& options);

}  // namespace antiphon::text
