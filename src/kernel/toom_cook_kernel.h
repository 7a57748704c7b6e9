#pragma once

#include <cstddef>

#include "kernel/strip.h"
#include "kernel/toom_cook.h"

namespace antiphon::kernel {

/// A convolution by F(kOutputs, kTaps). A tile is kOutputs outputs of one phase of a dilated convolution: rows
/// first + j * dilation; tile t has first = t / dilation * kOutputs * dilation + t % dilation. Weights:
/// [block][point][piece][input][kBlock].
template <class Isa, int kOutputs, int kTaps>
struct ToomCook {
  using S = Simd<Isa>;
  using Vector = typename S::Vector;
  using Transform = ToomCookTransform<kOutputs, kTaps>;
  static constexpr int kPoints = Transform::kCount;
  static constexpr int kPairs = Transform::kPairs;
  static constexpr auto kNumbers = Transform::kNumbers;

  /// Tiles that are transformed at a time, and where their values lie in the workspace.
  struct Group {
    std::size_t first = 0;
    std::size_t count = 0;
    float* inputs = nullptr;       ///< [point][tile][padded input]
    std::size_t input_stride = 0;  ///< Stride of a tile.
    std::size_t input_plane = 0;   ///< Size of the plane of a point.
    float* products = nullptr;     ///< [point][tile][outputs of a strip]
    std::size_t product_plane = 0;
  };
  static constexpr std::size_t kProductStride = Isa::kStripBlocks * kBlock;

  static std::size_t first_row(const ConvArguments& c, std::size_t tile) {
    return tile / c.dilation * kOutputs * c.dilation + tile % c.dilation;
  }

  /// B^T: the values at the points of the polynomial whose coefficients are `d`.
  [[gnu::always_inline]] static void transform_input(const Vector* d, Vector* out) {
    Vector even = d[2 * kPairs];
#pragma clang loop unroll(full)
    for (int i = kPairs - 1; i >= 0; --i) even = S::multiply_add(S::splat(kNumbers.all[i]), d[2 * i], even);
    out[0] = even;
    if constexpr (Transform::kInfinity) {
      Vector odd = d[2 * kPairs + 1];
#pragma clang loop unroll(full)
      for (int i = kPairs - 1; i >= 0; --i) odd = S::multiply_add(S::splat(kNumbers.all[i]), d[2 * i + 1], odd);
      out[kPoints - 1] = odd;
    }
#pragma clang loop unroll(full)
    for (int pair = 0; pair < kPairs; ++pair) transform_pair(pair, d, out);
  }

  [[gnu::always_inline]] static void transform_pair(int pair, const Vector* d, Vector* out) {
    Vector even = d[2 * kPairs];
    Vector odd = d[2 * kPairs - 1];
#pragma clang loop unroll(full)
    for (int i = kPairs - 2; i >= 0; --i) {
      const Vector factor = S::splat(kNumbers.others[pair][i]);
      even = S::multiply_add(factor, d[2 * i + 2], even);
      odd = S::multiply_add(factor, d[2 * i + 1], odd);
    }
    const Vector point = S::splat(kNumbers.powers[pair][1]);
    out[1 + 2 * pair] = S::multiply_add(point, odd, even);
    out[2 + 2 * pair] = S::multiply_add(-point, odd, even);
  }

  /// A^T, and a bias added.
  [[gnu::always_inline]] static void transform_output(const Vector* products, Vector bias, Vector* out) {
    Vector sums[kPairs];
    Vector differences[kPairs];
#pragma clang loop unroll(full)
    for (int pair = 0; pair < kPairs; ++pair) {
      sums[pair] = products[1 + 2 * pair] + products[2 + 2 * pair];
      differences[pair] = products[1 + 2 * pair] - products[2 + 2 * pair];
    }
#pragma clang loop unroll(full)
    for (int j = 0; j < kOutputs; ++j) {
      Vector sum = j == 0 ? products[0] + bias : bias;
      if (Transform::kInfinity && j == kOutputs - 1) sum += products[kPoints - 1];
#pragma clang loop unroll(full)
      for (int pair = 0; pair < kPairs; ++pair) {
        sum = S::multiply_add(S::splat(kNumbers.powers[pair][j]), j % 2 == 0 ? sums[pair] : differences[pair], sum);
      }
      out[j] = sum;
    }
  }

  /// Transforms `count` tiles of the input from the group's first.
  static void inputs(const ConvArguments& c, const Group& group, std::size_t count) {
    const std::size_t step = c.dilation * c.input.stride;
    for (std::size_t tile = 0; tile < count; ++tile) {
      const float* rows = c.input.data + first_row(c, group.first + tile) * c.input.stride;
      float* to = group.inputs + tile * group.input_stride;
      if (c.input_slope == 1) {
        for (std::size_t i = 0; i < group.input_stride; i += S::kLanes) input<false>(c, rows + i, step, group, to + i);
      } else {
        for (std::size_t i = 0; i < group.input_stride; i += S::kLanes) input<true>(c, rows + i, step, group, to + i);
      }
    }
  }

  template <bool kActivate>
  [[gnu::always_inline]] static void input(const ConvArguments& c, const float* rows, std::size_t step,
                                           const Group& group, float* to) {
    const Vector slope = S::splat(c.input_slope);
    Vector d[kPoints];
    Vector values[kPoints];
#pragma clang loop unroll(full)
    for (int i = 0; i < kPoints; ++i) {
      d[i] = S::load(rows + i * step);
      if constexpr (kActivate) d[i] = S::leaky(d[i], slope);
    }
    transform_input(d, values);
#pragma clang loop unroll(full)
    for (int i = 0; i < kPoints; ++i) S::store(to + i * group.input_plane, values[i]);
  }

  using StripKernel = void(const ConvArguments& c, const Group& group, const float* weights, std::size_t block_stride,
                           int point, std::size_t tile);

  /// The products at one point of the tiles from `tile`.
  template <int kRows, int kOutputBlocks>
  static void strip(const ConvArguments& c, const Group& group, const float* weights, std::size_t block_stride,
                    int point, std::size_t tile) {
    using Sums = Strip<Isa, kRows, kOutputBlocks>;
    Sums strip{};
    const float* values = group.inputs + point * group.input_plane + tile * group.input_stride;
    for (std::size_t piece = 0; piece < c.pieces; ++piece) {
      strip.accumulate(values + piece * c.dilation * group.input_stride, group.input_stride,
                       weights + piece * c.inputs * kBlock, block_stride, c.inputs);
    }
    float* to = group.products + point * group.product_plane + tile * kProductStride;
    for (int r = 0; r < kRows; ++r)
      for (int v = 0; v < Sums::kVectors; ++v) S::store(to + r * kProductStride + v * S::kLanes, strip.sums[r][v]);
  }

  template <int kOutputBlocks, int kRows = Isa::kStripRows>
  static StripKernel* strip_of(std::size_t rows) {
    if constexpr (kRows > 1) {
      if (rows < kRows) return strip_of<kOutputBlocks, kRows - 1>(rows);
    }
    return &strip<kRows, kOutputBlocks>;
  }

  template <int kOutputBlocks>
  static void blocks(const ConvArguments& c, const Group& group, std::size_t block) {
    const std::size_t point_floats = c.pieces * c.inputs * kBlock;
    const std::size_t block_stride = kPoints * point_floats;
    const float* weights = c.weights + block * block_stride;
    const std::size_t rest = group.count % Isa::kStripRows;
    StripKernel* rest_strip = strip_of<kOutputBlocks>(rest);
    for (int point = 0; point < kPoints; ++point) {
      std::size_t tile = 0;
      for (; tile + Isa::kStripRows <= group.count; tile += Isa::kStripRows)
        strip<Isa::kStripRows, kOutputBlocks>(c, group, weights, block_stride, point, tile);
      if (rest != 0) rest_strip(c, group, weights, block_stride, point, tile);
      weights += point_floats;
    }
    for (std::size_t tile = 0; tile < group.count; ++tile) {
      for (int v = 0; v < kOutputBlocks * S::kPerBlock; ++v)
        outputs(c, group, tile, block * kBlock, static_cast<std::size_t>(v) * S::kLanes);
    }
  }

  /// Writes the outputs of a tile in the channels from `block_channel` + `channel`.
  [[gnu::always_inline]] static void outputs(const ConvArguments& c, const Group& group, std::size_t tile,
                                             std::size_t block_channel, std::size_t channel) {
    const float* from = group.products + tile * kProductStride + channel;
    const std::size_t at = block_channel + channel;
    const std::size_t row = first_row(c, group.first + tile);
    Vector products[kPoints];
    Vector out[kOutputs];
#pragma clang loop unroll(full)
    for (int i = 0; i < kPoints; ++i) products[i] = S::load(from + i * group.product_plane);
    transform_output(products, S::load(c.bias + at), out);
#pragma clang loop unroll(full)
    for (int j = 0; j < kOutputs; ++j) {
      const std::size_t to = row + j * c.dilation;
      S::store(c.output.data + to * c.output.stride + at, finish<Isa>(c, to, at, out[j]));
    }
  }

  static void run(const ConvArguments& c) {
    const std::size_t more = (c.pieces - 1) * c.dilation;
    Group group{.inputs = c.workspace, .input_stride = padded(c.inputs)};
    const std::size_t most = tile_group(c.inputs, kPoints);
    group.input_plane = (most + more) * group.input_stride + kBlock;
    group.products = c.workspace + kPoints * group.input_plane;
    group.product_plane = most * kProductStride + kBlock;
    const std::size_t tiles = c.rows / kOutputs;
    for (; group.first < tiles; group.first += most) {
      group.count = tiles - group.first < most ? tiles - group.first : most;
      inputs(c, group, group.count + more);
      std::size_t block = 0;
      for (; block + Isa::kStripBlocks <= c.blocks; block += Isa::kStripBlocks)
        blocks<Isa::kStripBlocks>(c, group, block);
      for (; block < c.blocks; ++block) blocks<1>(c, group, block);
    }
  }
};

}  // namespace antiphon::kernel
