#pragma once

#include "kernel/aligned_floats.h"
#include "kernel/conv1d.h"

namespace antiphon::kernel {

/// The weights of a checked layer as the method's kernel reads them: [block][tap][input][kBlock] for the direct one,
/// [block][point][piece][input][kBlock] by Toom-Cook. Transformed in double precision and rounded once.
[[nodiscard]] AlignedFloats pack_weights(const ConvShape& shape, const ConvWeights& weights, Method method);

}  // namespace antiphon::kernel
