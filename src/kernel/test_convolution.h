#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "kernel/aligned_floats.h"
#include "kernel/conv1d.h"

/// What the tests of this module share: random signals, and convolutions in double precision.
namespace antiphon::kernel {

/// A signal that owns its rows; they begin `misaligned` floats after a cache line.
class Signal {
 public:
  Signal(std::size_t rows, std::size_t channels, std::size_t misaligned = 0);

  [[nodiscard]] float& at(std::size_t row, std::size_t channel) { return rows_[shift_ + row * stride_ + channel]; }
  [[nodiscard]] float at(std::size_t row, std::size_t channel) const { return rows_[shift_ + row * stride_ + channel]; }
  [[nodiscard]] OutputRows output() { return {rows_.data() + shift_, stride_}; }
  [[nodiscard]] InputRows input() const { return {rows_.data() + shift_, stride_}; }
  [[nodiscard]] std::size_t rows() const { return count_; }
  [[nodiscard]] std::size_t channels() const { return channels_; }
  /// The channels of all rows, without what pads them.
  [[nodiscard]] std::vector<float> values() const;

 private:
  std::size_t count_;
  std::size_t channels_;
  std::size_t stride_;
  std::size_t shift_;
  AlignedFloats rows_;
};

/// Normally distributed; rows are padded with zeros.
[[nodiscard]] Signal noise(std::mt19937& random, std::size_t rows, std::size_t channels, std::size_t misaligned = 0);
[[nodiscard]] std::vector<float> noise(std::mt19937& random, std::size_t count);

/// Random weights of a shape, scaled so that noise stays about as loud.
struct Layer {
  ConvShape shape;
  std::vector<float> kernel;
  std::vector<float> bias;
  [[nodiscard]] ConvWeights weights() const { return {.kernel = kernel, .bias = bias}; }
};
[[nodiscard]] Layer random_layer(std::mt19937& random, const ConvShape& shape);

struct ReferenceOptions {
  std::size_t lead = 0;  ///< Rows of the input before the first tap of row 0.
  double input_slope = 1;
};

/// The convolution of the first `rows` rows in double precision, [row][output].
[[nodiscard]] std::vector<double> reference(const Layer& layer, const Signal& input, std::size_t rows,
                                            const ReferenceOptions& options = {});

/// max |a - b| over the root of the mean square of b.
[[nodiscard]] double relative_error(const Signal& a, const std::vector<double>& b);

}  // namespace antiphon::kernel
