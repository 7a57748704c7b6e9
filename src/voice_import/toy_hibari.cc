#include "voice_import/toy_hibari.h"

#include <random>
#include <vector>

#include "engine/ort/graph_writer.h"

namespace antiphon::voice_import {
namespace {

using engine::ort::GraphWriter;
using Sizes = GraphWriter::Sizes;

constexpr std::int64_t kChannels = 8;
constexpr std::int64_t kBins = 601;
constexpr std::int64_t kOutputs = 5 * kBins;

std::vector<float> random_floats(std::int64_t count, float least, float most, std::uint32_t seed) {
  std::minstd_rand random(seed);
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto share = static_cast<float>(random() % 1'000) / 1'000.0F;
    values.push_back(least + share * (most - least));
  }
  return values;
}

/// Steps of each phoneme as whole numbers, named "steps".
std::string write_durations(GraphWriter& g) {
  const auto table = g.floats(random_floats(kToyHibariSymbols, 1, 4, 1), {kToyHibariSymbols});
  const auto wanted = g.node("Div", {g.node("Gather", {table, "ids"}), "speed"});
  const auto clipped = g.node("Clip", {g.node("Round", {wanted}), g.number(1)});
  return g.node_with("Cast", {clipped}, "to", onnx::TensorProto::INT64);
}

/// The phoneme of each frame.
std::string write_places(GraphWriter& g, const std::string& steps) {
  const auto ends = g.node("Unsqueeze", {g.node("CumSum", {steps, g.scalar(1)}), g.ints({1})});  // [1, 1, P]
  const auto sum = g.node("ReduceSum", {steps});
  const auto all = g.node("Squeeze", {sum});
  const auto range = g.node("Range", {g.scalar(0), g.node("Mul", {all, g.scalar(2)}), g.scalar(1)});
  const auto step = g.node("Div", {range, g.scalar(2)});
  const auto after = g.node("GreaterOrEqual", {g.node("Unsqueeze", {step, g.ints({0, 2})}), ends});  // [1, F, P]
  const auto passed = g.node_with("Cast", {after}, "to", onnx::TensorProto::INT64);
  const auto place = g.node("ReduceSum", {passed, g.ints({0, 2})});
  g.also("keepdims", 0);
  return place;
}

void write_head(GraphWriter& g, const std::string& hidden) {
  const auto quantised = g.node("DynamicQuantizeLinear", {hidden});
  const auto scale = g.also_output();
  const auto zero = g.also_output();
  std::vector<std::int8_t> weights;
  for (const float value : random_floats(kChannels * kOutputs, -60, 60, 3)) {
    weights.push_back(static_cast<std::int8_t>(value));
  }
  const auto product =
      g.node("MatMulInteger", {quantised, g.small_ints(weights, {kChannels, kOutputs}), zero, g.small_ints({0}, {})});
  const auto whole = g.node_with("Cast", {product}, "to", onnx::TensorProto::FLOAT);
  const auto scaled = g.node("Mul", {whole, g.node("Mul", {scale, g.number(0.01F)})});
  const auto sum = g.node("Add", {g.floats(random_floats(kOutputs, -3, 0, 4), {kOutputs}), scaled});
  const auto turned = g.node_with("Transpose", {sum}, "perm", Sizes{0, 2, 1});
  g.node("Split", {turned, g.ints({kBins, kBins, kBins, kBins, kBins})}, "lh");
  g.also("axis", 1);
  for (const auto* const name : {"theta", "ln", "lr", "phi"}) g.also_output(name);
}

}  // namespace

std::string toy_hibari_model() {
  GraphWriter g;
  g.input("ids", onnx::TensorProto::INT64, {1, -1});
  g.input("speed", onnx::TensorProto::FLOAT, {1});
  const auto steps = write_durations(g);
  const auto places = write_places(g, steps);
  const auto table = g.floats(random_floats(kToyHibariSymbols * kChannels, -1, 1, 2), {kToyHibariSymbols, kChannels});
  const auto spoken = g.node_with("Gather", {"ids", places}, "axis", std::int64_t{1});  // [1, F]
  const auto pitches = g.floats(random_floats(kToyHibariSymbols, 0, 300, 5), {kToyHibariSymbols});
  g.node("Gather", {pitches, spoken}, "f0");
  const auto pitch = g.node("Unsqueeze", {g.node("Mul", {"f0", g.number(0.003F)}), g.ints({2})});
  write_head(g, g.node("Add", {g.node("Gather", {table, spoken}), pitch}));
  for (const auto* const name : {"lh", "theta", "ln", "lr", "phi"}) g.output(name, {1, kBins, -1});
  g.output("f0", {1, -1});
  return g.bytes();
}

std::string toy_spelling_model() {
  GraphWriter g;
  g.input("chars", onnx::TensorProto::INT64, {1, -1});
  g.node("Identity", {"chars"}, "ids");
  g.output("ids", {1, -1});
  return g.bytes();
}

}  // namespace antiphon::voice_import
