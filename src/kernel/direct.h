#pragma once

#include <cstddef>

#include "kernel/strip.h"

namespace antiphon::kernel {

/// The direct convolution as a product of matrices that are never built: row t of tap j is row t + j * dilation of the
/// input. Weights: [block][tap][input][kBlock].
template <class Isa>
struct Direct {
  using S = Simd<Isa>;

  /// Computes up to kStripRows rows from `row` of the blocks from `block`.
  using StripKernel = void(const ConvArguments& c, InputRows input, std::size_t row, std::size_t block);

  template <int kRows, int kOutputBlocks>
  static void strip(const ConvArguments& c, InputRows input, std::size_t row, std::size_t block) {
    Strip<Isa, kRows, kOutputBlocks> strip{};
    constexpr int kVectors = Strip<Isa, kRows, kOutputBlocks>::kVectors;
    const std::size_t channel = block * kBlock;
    for (int r = 0; r < kRows; ++r)
      for (int v = 0; v < kVectors; ++v) strip.sums[r][v] = S::load(c.bias + channel + v * S::kLanes);
    const std::size_t tap_floats = c.inputs * kBlock;
    const std::size_t block_stride = c.taps * tap_floats;
    const float* weights = c.weights + block * block_stride;
    for (std::size_t tap = 0; tap < c.taps; ++tap) {
      strip.accumulate(input.data + (row + tap * c.dilation) * input.stride, input.stride, weights + tap * tap_floats,
                       block_stride, c.inputs);
    }
    for (int r = 0; r < kRows; ++r) {
      for (int v = 0; v < kVectors; ++v) {
        const std::size_t at = channel + v * S::kLanes;
        S::store(c.output.data + (row + r) * c.output.stride + at, finish<Isa>(c, row + r, at, strip.sums[r][v]));
      }
    }
  }

  /// The kernel for `rows` rows, at most kStripRows.
  template <int kOutputBlocks, int kRows = Isa::kStripRows>
  static StripKernel* strip_of(std::size_t rows) {
    if constexpr (kRows > 1) {
      if (rows < kRows) return strip_of<kOutputBlocks, kRows - 1>(rows);
    }
    return &strip<kRows, kOutputBlocks>;
  }

  /// Rows from..from + count of all blocks; row 0 of `input` is the first tap of row `from`.
  static void rows(const ConvArguments& c, InputRows input, std::size_t from, std::size_t count) {
    ConvArguments part = c;
    part.output.data += from * c.output.stride;
    if (c.residual.data != nullptr) part.residual.data += from * c.residual.stride;
    if (c.addend.data != nullptr) part.addend.data += from * c.addend.stride;
    std::size_t block = 0;
    for (; block + Isa::kStripBlocks <= c.blocks; block += Isa::kStripBlocks)
      blocks<Isa::kStripBlocks>(part, input, count, block);
    for (; block < c.blocks; ++block) blocks<1>(part, input, count, block);
  }

  template <int kOutputBlocks>
  static void blocks(const ConvArguments& c, InputRows input, std::size_t count, std::size_t block) {
    std::size_t row = 0;
    for (; row + Isa::kStripRows <= count; row += Isa::kStripRows)
      strip<Isa::kStripRows, kOutputBlocks>(c, input, row, block);
    if (row < count) strip_of<kOutputBlocks>(count - row)(c, input, row, block);
  }

  /// Activates `count` rows from `from` into the workspace.
  static InputRows activated(const ConvArguments& c, std::size_t from, std::size_t count) {
    const std::size_t width = padded(c.inputs);
    const auto slope = S::splat(c.input_slope);
    for (std::size_t t = 0; t < count; ++t) {
      for (std::size_t i = 0; i < width; i += S::kLanes)
        S::store(c.workspace + t * width + i, S::leaky(S::load(c.input.data + (from + t) * c.input.stride + i), slope));
    }
    return {c.workspace, width};
  }

  static void run(const ConvArguments& c) {
    if (c.input_slope == 1) return rows(c, c.input, 0, c.rows);
    const std::size_t halo = (c.taps - 1) * c.dilation;
    for (std::size_t from = 0; from < c.rows; from += kActivatedRows) {
      const std::size_t count = c.rows - from < kActivatedRows ? c.rows - from : kActivatedRows;
      rows(c, activated(c, from, count + halo), from, count);
    }
  }
};

}  // namespace antiphon::kernel
