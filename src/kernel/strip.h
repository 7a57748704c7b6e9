#pragma once

#include <cstddef>

#include "kernel/simd.h"
#include "kernel/table.h"

namespace antiphon::kernel {

/// kRows rows of kOutputBlocks blocks of sums, all in registers. Each sum is one chain of multiply_add in a fixed
/// order, so that its value depends neither on its place in a strip nor on the lanes of the machine.
template <class Isa, int kRows, int kOutputBlocks>
struct Strip {
  using S = Simd<Isa>;
  using Vector = typename S::Vector;
  static constexpr int kVectors = kOutputBlocks * S::kPerBlock;

  static constexpr std::size_t kAhead = 32;  ///< Cache lines.

  Vector sums[kRows][kVectors];

  /// sums[r] += sum over k < depth of a[r][k] * w[k], where row r of `a` begins at a + r * stride, and w[k] of the
  /// output's block b at weights + b * block_stride + k * kBlock.
  [[gnu::always_inline]] void accumulate(const float* a, std::size_t stride, const float* weights,
                                         std::size_t block_stride, std::size_t depth) {
    // One pointer serves three rows, and the compiler must not make it three: there are too few registers.
    constexpr int kShared = 3;
    constexpr int kPointers = (kRows + kShared - 1) / kShared;
    const float* pointers[kPointers];
    for (int p = 0; p < kPointers; ++p) pointers[p] = a + kShared * p * stride;
#pragma clang loop unroll(disable)
    for (std::size_t k = 0; k < depth; ++k) {
      Vector w[kVectors];
#pragma clang loop unroll(full)
      for (int v = 0; v < kVectors; ++v)
        w[v] = S::load(weights + v / S::kPerBlock * block_stride + v % S::kPerBlock * S::kLanes);
      // Weights are used once a call, and more of them than fit a cache: the next ones are asked for in time.
#pragma clang loop unroll(full)
      for (int b = 0; b < kOutputBlocks; ++b) __builtin_prefetch(weights + b * block_stride + kAhead * kBlock);
      weights += kBlock;
#pragma clang loop unroll(full)
      for (int r = 0; r < kRows; ++r) {
        const Vector factor = S::splat(pointers[r / kShared][r % kShared * stride]);
#pragma clang loop unroll(full)
        for (int v = 0; v < kVectors; ++v) sums[r][v] = S::multiply_add(factor, w[v], sums[r][v]);
      }
#pragma clang loop unroll(full)
      for (int p = 0; p < kPointers; ++p) {
        ++pointers[p];
        asm("" : "+r"(pointers[p]));  // NOLINT(hicpp-no-assembler): no instruction, only an opaque value.
      }
    }
  }
};

/// What follows the sum: bias is already in it.
template <class Isa>
[[gnu::always_inline]] inline typename Simd<Isa>::Vector finish(const ConvArguments& c, std::size_t row,
                                                                std::size_t channel, typename Simd<Isa>::Vector sum) {
  using S = Simd<Isa>;
  if (c.residual.data != nullptr) sum += S::load(c.residual.data + row * c.residual.stride + channel);
  if (c.addend.data != nullptr) sum += S::load(c.addend.data + row * c.addend.stride + channel);
  return S::leaky(sum, S::splat(c.output_slope));
}

}  // namespace antiphon::kernel
