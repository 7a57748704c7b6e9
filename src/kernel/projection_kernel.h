#pragma once

#include <cstddef>

#include "kernel/simd.h"
#include "kernel/table.h"

namespace antiphon::kernel {

/// A convolution to one channel: the product of each row with a row of weights, kBlock sums at a time.
template <class Isa>
struct ProjectionKernel {
  using S = Simd<Isa>;
  using Vector = typename S::Vector;
  static constexpr int kRows = 4;  ///< That share what is loaded of the weights.

  /// In pairs, in the same order whatever the lanes.
  [[gnu::always_inline]] static float sum_of(const Vector* sums) {
    float values[kBlock];
    for (int v = 0; v < S::kPerBlock; ++v) S::store(values + v * S::kLanes, sums[v]);
#pragma clang loop unroll(full)
    for (std::size_t width = kBlock / 2; width > 0; width /= 2) {
#pragma clang loop unroll(full)
      for (std::size_t i = 0; i < width; ++i) values[i] += values[i + width];
    }
    return values[0];
  }

  template <int kCount>
  static void rows(const ProjectionArguments& p, std::size_t row) {
    const Vector slope = S::splat(p.input_slope);
    Vector sums[kCount][S::kPerBlock] = {};
    const float* weights = p.weights;
    for (std::size_t tap = 0; tap < p.taps; ++tap) {
      const float* from = p.input.data + (row + tap * p.dilation) * p.input.stride;
      for (std::size_t i = 0; i < p.width; i += S::kLanes * S::kPerBlock) {
#pragma clang loop unroll(full)
        for (int v = 0; v < S::kPerBlock; ++v) {
          const std::size_t at = i + static_cast<std::size_t>(v) * S::kLanes;
          const Vector w = S::load(weights + at);
#pragma clang loop unroll(full)
          for (int r = 0; r < kCount; ++r)
            sums[r][v] = S::multiply_add(S::leaky(S::load(from + r * p.input.stride + at), slope), w, sums[r][v]);
        }
      }
      weights += p.width;
    }
    for (int r = 0; r < kCount; ++r) p.output[row + r] = sum_of(sums[r]) + p.bias;
  }

  static void run(const ProjectionArguments& p) {
    std::size_t row = 0;
    for (; row + kRows <= p.rows; row += kRows) rows<kRows>(p, row);
    for (; row < p.rows; ++row) rows<1>(p, row);
  }
};

}  // namespace antiphon::kernel
