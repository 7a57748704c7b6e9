#include "voice_import/toy_vits.h"

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "engine/ort/graph_writer.h"

namespace antiphon::voice_import {
namespace {

using engine::ort::GraphWriter;
using Names = GraphWriter::Names;
using Sizes = GraphWriter::Sizes;

constexpr std::int64_t kSymbols = 12;
constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();

class Writer {
 public:
  explicit Writer(const ToyVits& shape) : shape_(shape), random_(shape.seed) {}

  std::string write() {
    g_.input("input", onnx::TensorProto::INT64, {1, -1});
    g_.input("input_lengths", onnx::TensorProto::INT64, {1});
    g_.input("scales", onnx::TensorProto::FLOAT, {3});
    if (shape_.speakers > 1) write_speaker();
    write_encoder();
    write_durations();
    write_alignment();
    auto z = write_prior();
    for (std::int64_t i = 0; i < shape_.couplings; ++i) z = coupling(g_.slice(z, -1, -kToTheEnd, 1, -1));
    const auto masked = g_.node("Mul", {z, mask_});
    const auto wave = decoder(g_.slice(masked, 0, kToTheEnd, 2));
    g_.node("Unsqueeze", {wave, g_.ints({1})}, "output");
    g_.output("output", {-1, 1, 1, -1});
    return g_.bytes();
  }

 private:
  std::string weights(const Sizes& sizes, double scale) {
    std::int64_t count = 1;
    for (const auto size : sizes) count *= size;
    std::normal_distribution<float> normal(0, static_cast<float>(scale));
    std::vector<float> values(static_cast<std::size_t>(count));
    for (auto& value : values) value = normal(random_);
    return g_.floats(values, sizes);
  }

  /// Keeps the length.
  std::string conv(const std::string& x, std::int64_t from, std::int64_t to, std::int64_t kernel,
                   std::int64_t dilation = 1, double gain = 1) {
    const auto pad = (kernel - 1) * dilation / 2;
    const auto scale = gain / std::sqrt(static_cast<double>(from * kernel));
    auto y = g_.node_with("Conv", {x, weights({to, from, kernel}, scale), weights({to}, 0.05)}, "kernel_shape",
                          Sizes{kernel});
    g_.also("dilations", Sizes{dilation}).also("pads", {pad, pad}).also("strides", Sizes{1}).also("group", 1);
    return y;
  }

  std::string conv_transpose(const std::string& x, std::int64_t from, std::int64_t to, std::int64_t kernel,
                             std::int64_t stride) {
    const auto pad = (kernel - stride) / 2;
    const auto scale = std::sqrt(static_cast<double>(stride) / static_cast<double>(from * kernel));
    auto y = g_.node_with("ConvTranspose", {x, weights({from, to, kernel}, scale), weights({to}, 0.05)}, "kernel_shape",
                          Sizes{kernel});
    g_.also("dilations", Sizes{1}).also("pads", {pad, pad}).also("strides", Sizes{stride}).also("group", 1);
    return y;
  }

  std::string leaky(const std::string& x, float slope) {
    auto y = g_.node("LeakyRelu", {x});
    g_.also_float("alpha", slope);
    return y;
  }

  /// Halves of the channels.
  std::array<std::string, 2> halves(const std::string& x, std::int64_t channels) {
    const auto half = channels / 2;
    if (!shape_.split_nodes) return {g_.slice(x, 0, half, 1), g_.slice(x, half, kToTheEnd, 1)};
    auto first = g_.node_with("Split", {x, g_.ints({half, half})}, "axis", 1);
    return {first, g_.also_output()};
  }

  void write_speaker() {
    g_.input("sid", onnx::TensorProto::INT64, {1});
    const auto rows = g_.node_with("Gather", {weights({shape_.speakers, kSpeakerChannels}, 1), "sid"}, "axis", 0);
    speaker_ = g_.node("Unsqueeze", {rows, g_.ints({-1})});
  }

  std::string conditioned(const std::string& x, std::int64_t channels) {
    if (speaker_.empty()) return x;
    return g_.node("Add", {x, conv(speaker_, kSpeakerChannels, channels, 1, 1, 0.3)});
  }

  void write_encoder() {
    const auto embedded = g_.node("Gather", {weights({kSymbols, shape_.channels}, 1), "input"});
    const auto columns = g_.node_with("Transpose", {embedded}, "perm", Sizes{0, 2, 1});
    encoded_ = conditioned(columns, shape_.channels);
    const auto both = conv(encoded_, shape_.channels, 2 * shape_.channels, 1);
    auto means = g_.node_with("Split", {both, g_.ints({shape_.channels, shape_.channels})}, "axis", 1);
    means_ = means;
    logs_ = g_.also_output();
  }

  /// Ceil(exp(w + noise * noise_w) * length_scale)
  void write_durations() {
    const auto w = conv(encoded_, shape_.channels, 1, 1);
    const auto like = g_.node_with("Concat", {w, w}, "axis", 1);
    const auto noise = g_.slice(g_.node("RandomNormalLike", {like}), 0, 1, 1);
    const auto scaled = g_.node("Mul", {noise, g_.slice("scales", 2, 3, 0)});
    const auto log_length = g_.node("Add", {w, scaled});
    const auto lengths = g_.node("Mul", {g_.node("Exp", {log_length}), g_.slice("scales", 1, 2, 0)});
    durations_ = g_.node("Ceil", {lengths});
  }

  void write_alignment() {
    auto sum = g_.node("ReduceSum", {durations_, g_.ints({1, 2})});
    g_.also("keepdims", 0);
    const auto lengths = g_.node_with("Cast", {g_.node("Clip", {sum, g_.number(1)})}, "to", onnx::TensorProto::INT64);
    auto longest = g_.node("ReduceMax", {lengths});
    g_.also("keepdims", 0);
    const auto frames = g_.node("Range", {g_.scalar(0), longest, g_.scalar(1)});
    const auto is_frame =
        g_.node("Less", {g_.node("Unsqueeze", {frames, g_.ints({0})}), g_.node("Unsqueeze", {lengths, g_.ints({1})})});
    mask_ = g_.node("Unsqueeze", {g_.node_with("Cast", {is_frame}, "to", onnx::TensorProto::FLOAT), g_.ints({1})});
    const auto ends = g_.node("CumSum", {durations_, g_.scalar(2)});
    const auto begins = g_.node("Sub", {ends, durations_});
    const auto times =
        g_.node("Unsqueeze", {g_.node_with("Cast", {frames}, "to", onnx::TensorProto::FLOAT), g_.ints({0, 2})});
    const auto before = [&](const std::string& edges) {
      return g_.node_with("Cast", {g_.node("Less", {times, edges})}, "to", onnx::TensorProto::FLOAT);
    };
    alignment_ = g_.node("Sub", {before(ends), before(begins)});
  }

  std::string expanded(const std::string& phonemes) {
    const auto rows = g_.node_with("Transpose", {phonemes}, "perm", Sizes{0, 2, 1});
    return g_.node_with("Transpose", {g_.node("MatMul", {alignment_, rows})}, "perm", Sizes{0, 2, 1});
  }

  std::string write_prior() {
    const auto mean = expanded(means_);
    const auto deviation = g_.node("Exp", {expanded(logs_)});
    const auto noise = g_.node("Mul", {g_.node("RandomNormalLike", {mean}), deviation});
    return g_.node("Add", {mean, g_.node("Mul", {noise, g_.slice("scales", 0, 1, 0)})});
  }

  std::string zeros_like(const std::string& x) { return g_.node("ConstantOfShape", {g_.node("Shape", {x})}); }

  std::string coupling(const std::string& x) {
    const auto [still, moved] = halves(x, shape_.channels);
    const auto half = shape_.channels / 2;
    const auto hidden = g_.node("Mul", {conv(still, half, shape_.channels, 1), mask_});
    const auto shift = g_.node("Mul", {conv(wave_net(hidden), shape_.channels, half, 1, 1, 0.5), mask_});
    const auto logs = zeros_like(shift);
    const auto shifted = g_.node("Sub", {moved, shift});
    const auto factor = g_.node("Exp", {g_.node("Neg", {logs})});
    const auto done = g_.node("Mul", {g_.node("Mul", {shifted, factor}), mask_});
    return g_.node_with("Concat", {still, done}, "axis", 1);
  }

  std::string wave_net(std::string x) {
    constexpr std::int64_t kKernel = 5;
    const auto channels = shape_.channels;
    auto sum = zeros_like(x);
    std::string conditions;
    if (!speaker_.empty()) conditions = conv(speaker_, kSpeakerChannels, 2 * channels * shape_.flow_layers, 1, 1, 0.3);
    for (std::int64_t layer = 0; layer < shape_.flow_layers; ++layer) {
      const auto both = conv(x, channels, 2 * channels, kKernel);
      const auto condition = speaker_.empty()
                                 ? zeros_like(both)
                                 : g_.slice(conditions, 2 * channels * layer, 2 * channels * (layer + 1), 1);
      const auto [a, b] = halves(g_.node("Add", {both, condition}), 2 * channels);
      const auto gated = g_.node("Mul", {g_.node("Tanh", {a}), g_.node("Sigmoid", {b})});
      if (layer + 1 == shape_.flow_layers) {
        sum = g_.node("Add", {sum, conv(gated, channels, channels, 1)});
        break;
      }
      const auto [residual, skip] = halves(conv(gated, channels, 2 * channels, 1), 2 * channels);
      x = g_.node("Mul", {g_.node("Add", {x, residual}), mask_});
      sum = g_.node("Add", {sum, skip});
    }
    return g_.node("Mul", {sum, mask_});
  }

  std::string block(std::string x, std::int64_t channels, std::size_t number) {
    const auto kernel = shape_.block_kernels[number];
    for (const auto dilation : shape_.block_dilations[number]) {
      auto y = conv(leaky(x, 0.1F), channels, channels, kernel, dilation, 0.7);
      if (shape_.two_convolutions) y = conv(leaky(y, 0.1F), channels, channels, kernel, 1, 0.7);
      x = g_.node("Add", {y, x});
    }
    return x;
  }

  std::string decoder(const std::string& z) {
    constexpr std::int64_t kKernel = 7;
    auto channels = shape_.decoder_channels;
    auto x = conditioned(conv(z, shape_.channels, channels, kKernel), channels);
    for (std::size_t i = 0; i < shape_.rates.size(); ++i) {
      x = conv_transpose(leaky(x, 0.1F), channels, channels / 2, shape_.kernels[i], shape_.rates[i]);
      channels /= 2;
      std::string sum;
      for (std::size_t b = 0; b < shape_.block_kernels.size(); ++b) {
        auto made = block(x, channels, b);
        sum = sum.empty() ? made : g_.node("Add", {sum, made});
      }
      x = g_.node("Div", {sum, g_.number(static_cast<float>(shape_.block_kernels.size()))});
    }
    if (shape_.odd_renderer) x = g_.node("Sub", {x, g_.node_with("ReduceMean", {x}, "axes", Sizes{2})});
    return g_.node("Tanh", {conv(leaky(x, 0.01F), channels, 1, kKernel, 1, 0.4)});
  }

  static constexpr std::int64_t kSpeakerChannels = 4;

  const ToyVits& shape_;
  std::mt19937 random_;
  GraphWriter g_;
  std::string speaker_;
  std::string encoded_;
  std::string means_;
  std::string logs_;
  std::string durations_;
  std::string mask_;
  std::string alignment_;
};

}  // namespace

ToyVits toy_low() { return {}; }

ToyVits toy_high() {
  return {.channels = 8,
          .couplings = 4,
          .flow_layers = 3,
          .decoder_channels = 16,
          .rates = {4, 2, 2},
          .kernels = {8, 4, 4},
          .block_kernels = {3, 7, 11},
          .block_dilations = {{1, 3, 5}, {1, 3, 5}, {1, 3, 5}},
          .two_convolutions = true,
          .split_nodes = true,
          .seed = 2};
}

ToyVits toy_two_speakers() {
  auto shape = toy_low();
  shape.speakers = 2;
  shape.seed = 3;
  return shape;
}

std::string toy_model(const ToyVits& shape) { return Writer(shape).write(); }

std::string toy_config(const ToyVits& shape) {
  std::string ids = R"("_": [0], "^": [1], "$": [2])";
  for (int i = 0; i < 8; ++i) {
    ids += std::string(", \"") + static_cast<char>('a' + i) + "\": [" + std::to_string(i + 3) + "]";
  }
  const std::string speakers =
      shape.speakers > 1 ? R"("num_speakers": 2, "speaker_id_map": {"high": 1, "low": 0}, )" : R"("num_speakers": 1, )";
  return R"({"audio": {"sample_rate": 8000, "quality": "toy"}, "phoneme_type": "text", "phoneme_map": {}, )" +
         speakers + R"("inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8}, )" +
         R"("language": {"code": "en_GB"}, "phoneme_id_map": {)" + ids + "}}";
}

}  // namespace antiphon::voice_import
