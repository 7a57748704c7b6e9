#pragma once

#include <array>
#include <cstddef>

#include "kernel/function.h"
#include "kernel/instruction_set.h"
#include "kernel/method.h"
#include "kernel/rows.h"

/// Between the kernels, which are compiled once for each set of instructions, and what uses them.
namespace antiphon::kernel {

/// One convolution: y[t] = leaky(bias + residual[t] + addend[t] + sum over j, c of w[j][c] * leaky(x[t + j *
/// dilation][c])). Everything is checked by the caller.
struct ConvArguments {
  InputRows input;  ///< At the first tap of the first output row.
  OutputRows output;
  InputRows residual;              ///< No data: none.
  InputRows addend;                ///< No data: none. May be the output.
  const float* weights = nullptr;  ///< Packed, see Conv1d.
  const float* bias = nullptr;     ///< One for each padded output.
  float* workspace = nullptr;      ///< Begins at a cache line.
  std::size_t rows = 0;            ///< Number of rows of the output: whole tiles.
  std::size_t inputs = 0;
  std::size_t blocks = 0;  ///< Number of blocks of outputs.
  std::size_t taps = 0;    ///< Number of taps of the kernel, for the direct method.
  std::size_t pieces = 1;  ///< Number of pieces of the kernel, for Toom-Cook.
  std::size_t dilation = 1;
  float input_slope = 1;  ///< Slope of the LeakyReLU, 0 to 1; 1 is none.
  float output_slope = 1;
};

/// Rows that are activated at a time before a direct convolution.
inline constexpr std::size_t kActivatedRows = 192;

/// Tiles that Toom-Cook transforms at a time: a multiple of every Isa's strip, for about the size of a second-level
/// cache.
[[nodiscard, gnu::always_inline]] constexpr std::size_t tile_group(std::size_t inputs, std::size_t points) {
  constexpr std::size_t kStep = 12;
  constexpr std::size_t kMost = 48;
  constexpr std::size_t kFloats = 24'576;
  const std::size_t steps = kFloats / (points * padded(inputs) * kStep);
  return steps * kStep < kStep ? kStep : steps * kStep > kMost ? kMost : steps * kStep;
}

/// What Toom-Cook needs of the workspace.
[[nodiscard]] constexpr std::size_t toom_cook_workspace(std::size_t inputs, std::size_t points, std::size_t pieces,
                                                        std::size_t dilation) {
  constexpr std::size_t kMostStripBlocks = 2;
  const std::size_t tiles = tile_group(inputs, points);
  return points *
         (((tiles + (pieces - 1) * dilation) * padded(inputs) + kBlock) + (tiles * kMostStripBlocks * kBlock + kBlock));
}

/// output[t][i] = function(a[t][i], b[t][i]) for i below width, a multiple of kBlock.
struct MapArguments {
  InputRows a;
  InputRows b;        ///< Second input of functions of two. A stride of 0 takes the same row each time.
  OutputRows output;  ///< May be one of the others.
  std::size_t rows = 0;
  std::size_t width = 0;
  float slope = 1;  ///< Slope of kLeaky.
};

/// output[t] = bias + sum over j, c of w[j][c] * leaky(x[t + j * dilation][c]).
struct ProjectionArguments {
  InputRows input;
  const float* weights = nullptr;  ///< [tap][width], zero beyond the inputs.
  float* output = nullptr;
  std::size_t rows = 0;
  std::size_t width = 0;  ///< Padded inputs.
  std::size_t taps = 0;
  std::size_t dilation = 1;
  float input_slope = 1;
  float bias = 0;
};

using Convolve = void(const ConvArguments& arguments);
using Map = void(const MapArguments& arguments);
using Project = void(const ProjectionArguments& arguments);

struct KernelTable {
  std::array<Convolve*, kMethods.size()> convolve{};  ///< By Method.
  std::array<Map*, kFunctions.size()> map{};          ///< By Function.
  Project* project = nullptr;
};

/// Aborts where the set does not run here.
[[nodiscard]] const KernelTable& kernels_of(InstructionSet set);

// Empty where the build has none.
extern const KernelTable kPortableKernels;
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;

}  // namespace antiphon::kernel
