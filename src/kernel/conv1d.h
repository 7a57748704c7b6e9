#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/aligned_floats.h"
#include "kernel/error.h"
#include "kernel/instruction_set.h"
#include "kernel/method.h"
#include "kernel/rows.h"
#include "kernel/table.h"

namespace antiphon::kernel {

/// A convolution over time. Ranges: 1 to 4,096 channels, a kernel of 1 to 64 taps, a dilation of 1 to 256.
struct ConvShape {
  std::uint32_t inputs = 1;
  std::uint32_t outputs = 1;
  std::uint32_t kernel = 1;
  std::uint32_t dilation = 1;
  friend bool operator==(const ConvShape&, const ConvShape&) = default;
};

/// Error: kBadShape.
[[nodiscard]] Result<void> check_shape(const ConvShape& shape);

/// The numbers of a layer, as they stand in models.
struct ConvWeights {
  std::span<const float> kernel;  ///< [output][input][tap]
  std::span<const float> bias;    ///< [output], or empty for none.
  double scale = 1;               ///< Multiplies the kernel (not the bias), before it is rounded.
};

/// Whether there are as many numbers as the shape says. Error: kBadWeights.
[[nodiscard]] Result<void> check_weights(const ConvShape& shape, const ConvWeights& weights);

/// What a call computes beside the convolution itself.
struct ConvCall {
  InputRows input;  ///< At the first tap of output row 0: row t needs input rows t to t + reach().
  OutputRows output;
  std::size_t rows = 0;    ///< Number of rows of the output.
  InputRows residual;      ///< Added where it has data.
  InputRows addend;        ///< Another; may be the output itself, to sum up several convolutions.
  float input_slope = 1;   ///< LeakyReLU over what is read, 0 to 1; 1 is none.
  float output_slope = 1;  ///< LeakyReLU over what is written.
};

/// A convolution with packed weights, for one set of instructions. Immutable, so any number of threads may run it at
/// once, each with its own workspace; a call allocates nothing.
///
/// Time is cut into tiles of tile() rows, and a call computes whole tiles. How a row is rounded depends on its place in
/// its tile. So a caller that counts tiles from a fixed sample of the signal gets the same floats, bit for bit, in
/// however many calls and at whatever addresses they are computed.
class Conv1d {
 public:
  /// Errors: kBadShape (also where the method cannot compute such a kernel), kBadWeights.
  [[nodiscard]] static Result<Conv1d> pack(const ConvShape& shape, const ConvWeights& weights, Method method,
                                           InstructionSet set);

  [[nodiscard]] const ConvShape& shape() const { return shape_; }
  [[nodiscard]] Method method() const { return method_; }
  /// From the first to the last input row that an output row depends on.
  [[nodiscard]] std::size_t reach() const { return static_cast<std::size_t>(shape_.kernel - 1) * shape_.dilation; }
  /// Rows before the first tap that are read too, and must be initialised, but count for nothing but rounding.
  [[nodiscard]] std::size_t lead() const;
  /// 1 by the direct method.
  [[nodiscard]] std::size_t tile() const { return std::size_t{scheme_of(method_).outputs} * tile_step(); }
  /// What run() needs, whatever the rows.
  [[nodiscard]] std::size_t workspace_floats() const;

  /// Of the packed weights.
  [[nodiscard]] std::size_t weight_floats() const { return weight_floats_; }
  /// Copies the weights to `to`, which begins at a cache line and outlives this, and lets its own memory go.
  void move_weights(float* to);

  /// `workspace`: begins at a cache line. The output must not overlap the input or the residual.
  void run(const ConvCall& call, std::span<float> workspace) const;

 private:
  Conv1d() = default;
  [[nodiscard]] std::size_t tile_step() const { return method_ == Method::kDirect ? 1 : shape_.dilation; }

  ConvShape shape_;
  Method method_ = Method::kDirect;
  const KernelTable* kernels_ = nullptr;
  AlignedFloats own_weights_;
  const float* weights_ = nullptr;
  std::size_t weight_floats_ = 0;
  AlignedFloats bias_;
};

}  // namespace antiphon::kernel
