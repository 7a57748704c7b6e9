#include "kernel/test_convolution.h"

#include <algorithm>
#include <cmath>

namespace antiphon::kernel {

Signal::Signal(std::size_t rows, std::size_t channels, std::size_t misaligned)
    : count_(rows),
      channels_(channels),
      stride_(padded(channels)),
      shift_(misaligned),
      rows_(misaligned + rows * padded(channels)) {}

std::vector<float> Signal::values() const {
  std::vector<float> out;
  for (std::size_t t = 0; t < count_; ++t)
    for (std::size_t c = 0; c < channels_; ++c) out.push_back(at(t, c));
  return out;
}

Signal noise(std::mt19937& random, std::size_t rows, std::size_t channels, std::size_t misaligned) {
  Signal signal(rows, channels, misaligned);
  std::normal_distribution<float> normal;
  for (std::size_t t = 0; t < rows; ++t)
    for (std::size_t c = 0; c < channels; ++c) signal.at(t, c) = normal(random);
  return signal;
}

std::vector<float> noise(std::mt19937& random, std::size_t count) {
  std::vector<float> values(count);
  std::normal_distribution<float> normal;
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

Layer random_layer(std::mt19937& random, const ConvShape& shape) {
  Layer layer{.shape = shape,
              .kernel = noise(random, std::size_t{shape.outputs} * shape.inputs * shape.kernel),
              .bias = noise(random, shape.outputs)};
  const auto scale = 1 / std::sqrt(static_cast<float>(shape.inputs * shape.kernel));
  for (auto& value : layer.kernel) value *= scale;
  return layer;
}

std::vector<double> reference(const Layer& layer, const Signal& input, std::size_t rows,
                              const ReferenceOptions& options) {
  const auto& shape = layer.shape;
  std::vector<double> out;
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t o = 0; o < shape.outputs; ++o) {
      double sum = layer.bias[o];
      for (std::size_t j = 0; j < shape.kernel; ++j) {
        for (std::size_t i = 0; i < shape.inputs; ++i) {
          const double x = input.at(options.lead + t + j * shape.dilation, i);
          sum += (x > 0 ? x : x * options.input_slope) * layer.kernel[(o * shape.inputs + i) * shape.kernel + j];
        }
      }
      out.push_back(sum);
    }
  }
  return out;
}

double relative_error(const Signal& a, const std::vector<double>& b) {
  const auto values = a.values();
  double worst = 0;
  double energy = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    worst = std::max(worst, std::abs(values[i] - b[i]));
    energy += b[i] * b[i];
  }
  return worst / std::sqrt(energy / static_cast<double>(b.size()));
}

}  // namespace antiphon::kernel
