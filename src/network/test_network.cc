#include "network/test_network.h"

#include <algorithm>
#include <cmath>

namespace antiphon::network {

using kernel::Function;

std::uint32_t Builder::append(Stream stream) {
  network_.streams.push_back(std::move(stream));
  return static_cast<std::uint32_t>(network_.streams.size() - 1);
}

Tensor Builder::weights(std::uint64_t count, double scale) {
  std::normal_distribution<float> normal(0, static_cast<float>(scale));
  const Tensor tensor{.offset = network_.weights.size(), .count = count};
  for (std::uint64_t i = 0; i < count; ++i) network_.weights.push_back(normal(random_));
  return tensor;
}

std::uint32_t Builder::prior(std::uint32_t channels) { return append({.from = FromPrior{}, .channels = channels}); }

std::uint32_t Builder::conv(std::uint32_t input, std::uint32_t channels, std::uint32_t kernel, std::uint32_t dilation) {
  const auto from = stream(input);
  const auto reach = (kernel - 1) * dilation;
  const auto scale = 1 / std::sqrt(double{1} * from.channels * kernel);
  return append({.from = FromConv{.input = input,
                                  .kernel = kernel,
                                  .dilation = dilation,
                                  .pad_left = reach / 2,
                                  .weights = weights(std::uint64_t{channels} * from.channels * kernel, scale),
                                  .bias = weights(channels, 0.1)},
                 .channels = channels,
                 .rate = from.rate,
                 .lag = from.lag + reach - (reach / 2)});
}

std::uint32_t Builder::conv_transpose(std::uint32_t input, std::uint32_t channels, std::uint32_t kernel,
                                      std::uint32_t stride) {
  const auto from = stream(input);
  const auto pad = (kernel - stride) / 2;
  const auto scale = std::sqrt(double{1} * stride / (double{1} * from.channels * kernel));
  return append({.from = FromConvTranspose{.input = input,
                                           .kernel = kernel,
                                           .stride = stride,
                                           .pad_left = pad,
                                           .weights = weights(std::uint64_t{channels} * from.channels * kernel, scale),
                                           .bias = weights(channels, 0.1)},
                 .channels = channels,
                 .rate = from.rate * stride,
                 .lag = (from.lag * stride) + pad});
}

std::uint32_t Builder::map(Function function, std::uint32_t input, float slope) {
  auto out = stream(input);
  out.from = FromMap{.function = function, .slope = slope, .operands = {{.number = input}}};
  return append(std::move(out));
}

std::uint32_t Builder::map(Function function, std::uint32_t a, std::uint32_t b) {
  auto out = stream(a);
  out.lag = std::max(out.lag, stream(b).lag);
  out.from = FromMap{.function = function, .operands = {{.number = a}, {.number = b}}};
  return append(std::move(out));
}

std::uint32_t Builder::map_constant(Function function, std::uint32_t input, const std::vector<float>& values) {
  auto out = stream(input);
  const Tensor constant{.offset = network_.weights.size(), .count = values.size()};
  network_.weights.insert(network_.weights.end(), values.begin(), values.end());
  out.from = FromMap{.function = function,
                     .operands = {{.number = input}, {.kind = Operand::Kind::kConstant, .constant = constant}}};
  return append(std::move(out));
}

std::uint32_t Builder::add_speaker(std::uint32_t input) {
  auto out = stream(input);
  const auto number = static_cast<std::uint32_t>(network_.speaker_channels.size());
  network_.speaker_channels.push_back(out.channels);
  out.from = FromMap{.function = Function::kAdd,
                     .operands = {{.number = input}, {.kind = Operand::Kind::kSpeaker, .number = number}}};
  return append(std::move(out));
}

std::uint32_t Builder::part(std::uint32_t input, std::uint32_t begin, std::uint32_t count, std::int32_t step) {
  auto out = stream(input);
  out.channels = count;
  out.from = FromChannels{.input = input, .begin = begin, .step = step};
  return append(std::move(out));
}

std::uint32_t Builder::join(const std::vector<std::uint32_t>& inputs) {
  auto out = stream(inputs[0]);
  out.channels = 0;
  for (const auto input : inputs) {
    out.channels += stream(input).channels;
    out.lag = std::max(out.lag, stream(input).lag);
  }
  out.from = FromJoin{.inputs = inputs};
  return append(std::move(out));
}

Network Builder::build(std::uint32_t output) {
  network_.output = output;
  return network_;
}

namespace {

std::uint32_t coupling(Builder& b, std::uint32_t x, bool speakers) {
  const auto channels = b.stream(x).channels;
  const auto half = channels / 2;
  const auto still = b.part(x, 0, half);
  const auto moved = b.part(x, half, half);
  auto hidden = b.conv(still, channels, 1);
  std::uint32_t sum = 0;
  for (int layer = 0; layer < 2; ++layer) {
    auto both = b.conv(hidden, 2 * channels, 5);
    if (speakers) both = b.add_speaker(both);
    const auto gated = b.map(Function::kMultiply, b.map(Function::kTanh, b.part(both, 0, channels)),
                             b.map(Function::kSigmoid, b.part(both, channels, channels)));
    const auto skip = b.conv(gated, channels, 1);
    sum = layer == 0 ? skip : b.map(Function::kAdd, sum, skip);
    hidden = b.map(Function::kAdd, hidden, b.conv(gated, channels, 1));
  }
  const auto shifted = b.map(Function::kSubtract, moved, b.conv(sum, half, 1));
  const auto joined = b.join({still, shifted});
  return b.part(joined, channels - 1, channels, -1);
}

std::uint32_t block(Builder& b, std::uint32_t x, std::uint32_t kernel, bool two) {
  const auto channels = b.stream(x).channels;
  for (int i = 0; i < 2; ++i) {
    auto y = b.conv(b.map(Function::kLeaky, x, 0.1F), channels, kernel, b.pick(1, 5));
    if (two) y = b.conv(b.map(Function::kLeaky, y, 0.1F), channels, kernel);
    x = b.map(Function::kAdd, y, x);
  }
  return x;
}

}  // namespace

Network random_network(std::uint32_t seed, const RandomNetworkOptions& options) {
  Builder b(seed);
  const auto width = options.wide ? 32U : 2 * b.pick(2, 6);
  auto x = b.prior(width);
  for (std::uint32_t i = 0; i < b.pick(0, 2); ++i) x = coupling(b, x, options.speakers);
  auto channels = options.wide ? 64U : b.pick(4, 20);
  x = b.conv(x, channels, 7);
  if (options.speakers) x = b.add_speaker(x);
  for (std::uint32_t stage = 0; stage < b.pick(1, 3); ++stage) {
    channels = options.wide ? channels / 2 : b.pick(2, 20);
    const auto stride = b.pick(2, 5);
    x = b.conv_transpose(b.map(Function::kLeaky, x, 0.1F), channels, stride + b.pick(0, 2 * stride), stride);
    const bool two = b.pick(0, 1) == 1;
    constexpr std::uint32_t kKernels[] = {3, 5, 7, 11};
    auto sum = block(b, x, kKernels[b.pick(0, 3)], two);
    sum = b.map(Function::kAdd, sum, block(b, x, kKernels[b.pick(0, 3)], two));
    x = b.map_constant(Function::kMultiply, sum, {0.5F});
  }
  if (b.pick(0, 1) == 1) x = b.conv(b.map(Function::kSigmoid, x), channels, 3);
  if (b.pick(0, 1) == 1) x = b.map_constant(Function::kMultiply, x, std::vector<float>(channels, 0.75F));
  const auto wave = b.conv(b.map(Function::kLeaky, x, 0.01F), 1, 7);
  return b.build(b.map(Function::kTanh, wave));
}

namespace {

double value_of(Function function, double a, double b, double slope) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  switch (function) {
    case Function::kLeaky:
      return a > 0 ? a : a * slope;
    case Function::kTanh:
      return std::tanh(a);
    case Function::kSigmoid:
      return sigmoid(a);
    case Function::kExp:
      return std::exp(a);
    case Function::kAdd:
      return a + b;
    case Function::kSubtract:
      return a - b;
    case Function::kMultiply:
      return a * b;
    case Function::kGate:
      return std::tanh(a) * sigmoid(b);
  }
  return 0;
}

class Evaluator {
 public:
  Evaluator(const Network& network, std::span<const float> prior, std::span<const std::span<const float>> speaker)
      : network_(network),
        prior_(prior),
        speaker_(speaker),
        frames_(static_cast<std::int64_t>(prior.size() / network.streams[0].channels)) {}

  std::vector<double> run() {
    for (const auto& stream : network_.streams) {
      std::vector<double> values;
      for (std::int64_t t = 0; t < frames_ * stream.rate; ++t) {
        for (std::uint32_t c = 0; c < stream.channels; ++c)
          values.push_back(std::visit([&](const auto& from) { return value(stream, from, t, c); }, stream.from));
      }
      values_.push_back(std::move(values));
    }
    return values_[network_.output];
  }

 private:
  [[nodiscard]] double at(std::uint32_t stream, std::int64_t t, std::uint32_t c) const {
    const auto& from = network_.streams[stream];
    if (t < 0 || t >= frames_ * from.rate) return 0;
    return values_[stream][static_cast<std::size_t>(t * from.channels + c)];
  }
  [[nodiscard]] double weight(const Tensor& tensor, std::uint64_t i) const {
    return network_.weights[tensor.offset + i];
  }
  [[nodiscard]] double value(const Stream& stream, const FromPrior& /*prior*/, std::int64_t t, std::uint32_t c) const {
    return prior_[static_cast<std::size_t>(t * stream.channels + c)];
  }
  [[nodiscard]] double value(const Stream& /*stream*/, const FromConv& conv, std::int64_t t, std::uint32_t c) const {
    const auto inputs = network_.streams[conv.input].channels;
    double sum = conv.bias.count == 0 ? 0 : weight(conv.bias, c);
    for (std::uint32_t i = 0; i < inputs; ++i) {
      for (std::uint32_t j = 0; j < conv.kernel; ++j) {
        sum += weight(conv.weights, (std::uint64_t{c} * inputs + i) * conv.kernel + j) *
               at(conv.input, t - conv.pad_left + std::int64_t{j} * conv.dilation, i);
      }
    }
    return sum;
  }
  [[nodiscard]] double value(const Stream& stream, const FromConvTranspose& conv, std::int64_t t,
                             std::uint32_t c) const {
    const auto inputs = network_.streams[conv.input].channels;
    double sum = conv.bias.count == 0 ? 0 : weight(conv.bias, c);
    const auto n = t + conv.pad_left;
    for (auto j = n % conv.stride; j < conv.kernel; j += conv.stride) {
      for (std::uint32_t i = 0; i < inputs; ++i) {
        sum += weight(conv.weights,
                      (std::uint64_t{i} * stream.channels + c) * conv.kernel + static_cast<std::uint64_t>(j)) *
               at(conv.input, (n - j) / conv.stride, i);
      }
    }
    return sum;
  }
  [[nodiscard]] double value(const Stream& /*stream*/, const FromMap& map, std::int64_t t, std::uint32_t c) const {
    double operands[2] = {0, 0};
    for (std::size_t i = 0; i < map.operands.size(); ++i) {
      const auto& operand = map.operands[i];
      if (operand.kind == Operand::Kind::kStream) operands[i] = at(operand.number, t, c);
      if (operand.kind == Operand::Kind::kConstant)
        operands[i] = weight(operand.constant, operand.constant.count == 1 ? 0 : c);
      if (operand.kind == Operand::Kind::kSpeaker) operands[i] = speaker_[operand.number][c];
    }
    return value_of(map.function, operands[0], operands[1], double{map.slope});
  }
  [[nodiscard]] double value(const Stream& /*stream*/, const FromChannels& part, std::int64_t t,
                             std::uint32_t c) const {
    return at(part.input, t, static_cast<std::uint32_t>(std::int64_t{part.begin} + std::int64_t{c} * part.step));
  }
  [[nodiscard]] double value(const Stream& /*stream*/, const FromJoin& join, std::int64_t t, std::uint32_t c) const {
    for (const auto input : join.inputs) {
      if (c < network_.streams[input].channels) return at(input, t, c);
      c -= network_.streams[input].channels;
    }
    return 0;
  }

  const Network& network_;
  std::span<const float> prior_;
  std::span<const std::span<const float>> speaker_;
  std::int64_t frames_;
  std::vector<std::vector<double>> values_;
};

}  // namespace

std::vector<double> reference(const Network& network, std::span<const float> prior,
                              std::span<const std::span<const float>> speaker) {
  return Evaluator(network, prior, speaker).run();
}

std::uint32_t first_frames(const Network& network) {
  const auto histories = histories_of(network);
  std::uint32_t frames = 1;
  for (std::size_t i = 0; i < network.streams.size(); ++i) {
    const auto& stream = network.streams[i];
    const auto needed = stream.lag + std::max(histories.samples[i], 1U);
    frames = std::max(frames, (needed + stream.rate - 1) / stream.rate);
  }
  return frames;
}

}  // namespace antiphon::network
