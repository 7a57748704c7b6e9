#include "voice_import/kokoro_graph.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/kokoro/model.h"
#include "voice_import/cut.h"
#include "voice_import/graph_index.h"
#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

constexpr auto kFloat = onnx::TensorProto::FLOAT;
constexpr auto kInt64 = onnx::TensorProto::INT64;

/// Names of what passes from the plan to the decoder.
struct KokoroSeam {
  std::string durations;
  std::string features;
  std::string pitch;
  std::string loudness;
};

bool has_input(const onnx::NodeProto& node, std::string_view tensor) {
  return std::ranges::find(node.input(), tensor) != node.input().end();
}

/// Durations are divided by the speed, rounded and made one at least.
std::optional<std::string> find_durations(const GraphIndex& index) {
  for (const auto& node : index.graph().node()) {
    if (node.op_type() != "Clip" || node.input_size() < 1) continue;
    const auto* const rounded = index.producer(node.input(0), "Round");
    if (rounded == nullptr || rounded->input_size() != 1) continue;
    const auto* const divided = index.producer(rounded->input(0), "Div");
    if (divided != nullptr && has_input(*divided, "speed")) return node.output(0);
  }
  return std::nullopt;
}

/// The curve that a convolution made `tensor` of, quantised or not: what was given an axis of channels. Empty where
/// there is none.
std::string curve_behind(const GraphIndex& index, std::string tensor) {
  constexpr int kMostSteps = 16;
  bool convolved = false;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto* const node = index.producer(tensor);
    if (node == nullptr || node->input_size() < 1) return {};
    convolved = convolved || node->op_type() == "Conv" || node->op_type() == "ConvInteger";
    if (node->op_type() == "Unsqueeze") return convolved ? node->input(0) : std::string();
    tensor = node->input(0);
  }
  return {};
}

/// The decoder begins with the features of frames, the convolved pitch and the convolved loudness, side by side.
std::optional<KokoroSeam> find_decoder(const GraphIndex& index) {
  constexpr int kParts = 3;
  const auto durations = find_durations(index);
  if (!durations) return std::nullopt;
  for (const auto& node : index.graph().node()) {
    if (node.op_type() != "Concat" || node.input_size() != kParts) continue;
    if (index.producer(node.input(0), "MatMul") == nullptr) continue;
    KokoroSeam seam = {.durations = *durations,
                       .features = node.input(0),
                       .pitch = curve_behind(index, node.input(1)),
                       .loudness = curve_behind(index, node.input(2))};
    if (!seam.pitch.empty() && !seam.loudness.empty() && seam.pitch != seam.loudness) return seam;
  }
  return std::nullopt;
}

/// How many channels a convolution over the features takes; 0 where none is found.
std::uint32_t channels_of(const GraphIndex& index, const KokoroSeam& seam) {
  for (const auto& node : index.graph().node()) {
    const bool convolution = node.op_type() == "Conv" || node.op_type() == "ConvInteger";
    if (!convolution || node.input_size() < 2) continue;
    const auto* const quantise = index.producer(node.input(0), "DynamicQuantizeLinear");
    const auto& source = quantise != nullptr && quantise->input_size() == 1 ? quantise->input(0) : node.input(0);
    const auto* const weights = index.constant(node.input(1));
    if (source != seam.features || weights == nullptr || weights->dims_size() != 3) continue;
    if (weights->dims(1) < 1 || weights->dims(1) > engine::kokoro::kMostChannels) return 0;
    return static_cast<std::uint32_t>(weights->dims(1));
  }
  return 0;
}

void describe_style(onnx::GraphProto& graph) {
  describe(*graph.add_input(), "style", kFloat, {"1", std::to_string(engine::kokoro::kStyleFloats)});
}

void name_output(onnx::GraphProto& graph, const std::string& tensor, const std::string& name,
                 const Dimensions& dimensions) {
  add_node(graph, "Identity", {tensor}, name);
  describe(*graph.add_output(), name, kFloat, dimensions);
}

Result<std::string> plan_of(const onnx::ModelProto& original, const GraphIndex& index, const KokoroSeam& seam) {
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  const Cut cut(index, {});
  for (const auto& name : cut.copy({seam.durations, seam.features, seam.pitch, seam.loudness}, graph)) {
    if (name != "tokens" && name != "style" && name != "speed") {
      return unsupported("the graph has an input of unknown meaning: " + name);
    }
  }
  describe(*graph.add_input(), "tokens", kInt64, {"1", "tokens"});
  describe_style(graph);
  describe(*graph.add_input(), "speed", kFloat, {"1"});
  name_output(graph, cut.name_of(seam.durations), "durations", {"1", "tokens"});
  name_output(graph, cut.name_of(seam.features), "features", {"1", "channels", "frames"});
  name_output(graph, cut.name_of(seam.pitch), "pitch", {"1", "halves"});
  name_output(graph, cut.name_of(seam.loudness), "loudness", {"1", "halves"});
  return model.SerializeAsString();
}

Result<std::string> render_of(const onnx::ModelProto& original, const GraphIndex& index, const KokoroSeam& seam,
                              std::uint32_t channels) {
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  const Cut cut(index, {{seam.features, "features"}, {seam.pitch, "pitch"}, {seam.loudness, "loudness"}});
  for (const auto& name : cut.copy({"audio"}, graph)) {
    if (name != "style") return unsupported("the decoder also needs the input " + name);
  }
  describe(*graph.add_input(), "features", kFloat, {"1", std::to_string(channels), "frames"});
  describe(*graph.add_input(), "pitch", kFloat, {"1", "halves"});
  describe(*graph.add_input(), "loudness", kFloat, {"1", "halves"});
  describe_style(graph);
  name_output(graph, cut.name_of("audio"), "audio", {"samples"});
  return model.SerializeAsString();
}

}  // namespace

Result<KokoroGraphs> cut_kokoro(std::string_view bytes) {
  const auto original = parse_model(bytes);
  if (!original) return std::unexpected(original.error());
  const auto index = GraphIndex::build(original->graph());
  if (!index) return std::unexpected(index.error());
  if (index->producer("audio") == nullptr) return unsupported("the model has no output audio");
  const auto seam = find_decoder(*index);
  if (!seam) return unsupported("the decoder cannot be told from the rest of the model");
  const auto channels = channels_of(*index, *seam);
  if (channels == 0) return unsupported("the number of the features' channels was not found");
  auto plan = plan_of(*original, *index, *seam);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto render = render_of(*original, *index, *seam, channels);
  if (!render) return std::unexpected(std::move(render.error()));
  return KokoroGraphs{.plan = std::move(*plan), .render = std::move(*render), .channels = channels};
}

}  // namespace antiphon::voice_import
