#include "voice_import/spectral.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "voice_import/cut.h"
#include "voice_import/graph_index.h"
#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

constexpr auto kFloat = onnx::TensorProto::FLOAT;
constexpr auto kByte = onnx::TensorProto::UINT8;
constexpr auto kInt64 = onnx::TensorProto::INT64;

/// The last layer, from the outputs back: Split, Transpose, Add, Mul, Cast, MatMulInteger.
struct Head {
  const onnx::NodeProto* product = nullptr;
  const onnx::NodeProto* scales = nullptr;  ///< The features' scale times the weights'.
  std::string features;
  std::string zero_point;
  std::string feature_scale;
  std::string result;  ///< Before it is turned and split.
};

/// The producer of one of a node's inputs that is of this type, or null.
const onnx::NodeProto* before(const GraphIndex& index, const onnx::NodeProto* node, std::string_view op_type) {
  if (node == nullptr) return nullptr;
  for (const auto& input : node->input()) {
    if (const auto* found = index.producer(input, op_type)) return found;
  }
  return nullptr;
}

Result<Head> find_head(const GraphIndex& index) {
  constexpr int kProductInputs = 4;
  const auto* const split = index.producer("lh", "Split");
  if (split == nullptr || index.producer("phi") != split) return unsupported("lh and phi are not parts of one tensor");
  const auto* const turned = before(index, split, "Transpose");
  const auto* const sum = before(index, turned, "Add");
  const auto* const scaled = before(index, sum, "Mul");
  const auto* const cast = before(index, scaled, "Cast");
  Head head{.product = before(index, cast, "MatMulInteger"), .scales = before(index, scaled, "Mul")};
  if (head.product == nullptr || head.product->input_size() != kProductInputs || head.scales == nullptr) {
    return unsupported("the last layer is not a quantised matrix");
  }
  head.features = head.product->input(0);
  head.zero_point = head.product->input(2);
  head.result = sum->output(0);
  const auto* const quantise = index.producer(head.features, "DynamicQuantizeLinear");
  if (quantise == nullptr || quantise->output_size() != 3 || quantise->output(2) != head.zero_point) {
    return unsupported("the features of the last layer are not quantised as one");
  }
  head.feature_scale = quantise->output(1);
  if (std::ranges::find(head.scales->input(), head.feature_scale) == head.scales->input().end()) {
    return unsupported("the last layer is not scaled by its features");
  }
  return head;
}

/// The durations in frames are what is summed up to find each phoneme's place.
Result<std::string> find_durations(const GraphIndex& index) {
  for (const auto& node : index.graph().node()) {
    if (node.op_type() != "CumSum" || node.input_size() < 1) continue;
    const auto* const cast = index.producer(node.input(0), "Cast");
    if (cast != nullptr && before(index, cast, "Clip") != nullptr) return node.input(0);
  }
  return unsupported("the durations of phonemes were not found");
}

void cast(onnx::GraphProto& graph, const std::string& from, const std::string& to, onnx::TensorProto::DataType type) {
  set_whole(add_node(graph, "Cast", {from}, to), "to", type);
}

Result<std::string> plan_of(const onnx::ModelProto& original, const GraphIndex& index, const Head& head) {
  const auto durations = find_durations(index);
  if (!durations) return std::unexpected(durations.error());
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  const Cut cut(index, {});
  for (const auto& name : cut.copy({head.features, head.zero_point, head.feature_scale, *durations, "f0"}, graph)) {
    if (name != "ids" && name != "speed") return unsupported("the graph has an input of unknown meaning: " + name);
  }
  describe(*graph.add_input(), "ids", kInt64, {"1", "phonemes"});
  describe(*graph.add_input(), "speed", kFloat, {"1"});
  cast(graph, cut.name_of(*durations), "durations", kFloat);
  cast(graph, cut.name_of(head.features), "features", kFloat);
  cast(graph, cut.name_of(head.zero_point), "zero_point", kFloat);
  add_node(graph, "Identity", {cut.name_of(head.feature_scale)}, "scale");
  add_node(graph, "Identity", {cut.name_of("f0")}, "pitch");
  describe(*graph.add_output(), "durations", kFloat, {"1", "phonemes"});
  describe(*graph.add_output(), "features", kFloat, {"1", "frames", "channels"});
  describe(*graph.add_output(), "zero_point", kFloat, {});
  describe(*graph.add_output(), "scale", kFloat, {});
  describe(*graph.add_output(), "pitch", kFloat, {"1", "frames"});
  return model.SerializeAsString();
}

std::string head_of(const onnx::ModelProto& original, const GraphIndex& index, const Head& head, std::int64_t features,
                    std::int64_t outputs) {
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  describe(*graph.add_input(), "features", kFloat, {"1", "frames", std::to_string(features)});
  describe(*graph.add_input(), "zero_point", kFloat, {});
  describe(*graph.add_input(), "scale", kFloat, {});
  cast(graph, "features", "quantised", kByte);
  cast(graph, "zero_point", "zero", kByte);
  const Cut cut(index, {{head.features, "quantised"}, {head.zero_point, "zero"}, {head.feature_scale, "scale"}});
  (void)cut.copy({head.result}, graph);
  add_node(graph, "Identity", {cut.name_of(head.result)}, "spectrum");
  describe(*graph.add_output(), "spectrum", kFloat, {"1", "frames", std::to_string(outputs)});
  return model.SerializeAsString();
}

/// Rows of the table that ids are looked up in; where several are, of the smallest.
std::int64_t known_phonemes(const GraphIndex& index) {
  std::int64_t least = 0;
  for (const auto& node : index.graph().node()) {
    if (node.op_type() != "Gather" || node.input_size() != 2 || node.input(1) != "ids") continue;
    const auto* const table = index.constant(node.input(0));
    if (table == nullptr || table->dims_size() != 2) continue;
    least = least == 0 ? table->dims(0) : std::min(least, table->dims(0));
  }
  return least;
}

}  // namespace

Result<SpectralParts> cut_spectral(std::string_view bytes) {
  constexpr std::int64_t kMost = 65'536;
  const auto original = parse_model(bytes);
  if (!original) return std::unexpected(original.error());
  const auto index = GraphIndex::build(original->graph());
  if (!index) return std::unexpected(index.error());
  const auto head = find_head(*index);
  if (!head) return std::unexpected(head.error());
  const auto* const weights = index->constant(head->product->input(1));
  if (weights == nullptr || weights->dims_size() != 2 || weights->dims(0) < 1 || weights->dims(0) > kMost ||
      weights->dims(1) < 1 || weights->dims(1) > kMost) {
    return unsupported("the last layer's weights are no constant matrix");
  }
  auto plan = plan_of(*original, *index, *head);
  if (!plan) return std::unexpected(plan.error());
  return SpectralParts{.plan = std::move(*plan),
                       .head = head_of(*original, *index, *head, weights->dims(0), weights->dims(1)),
                       .features = static_cast<std::uint32_t>(weights->dims(0)),
                       .outputs = weights->dims(1),
                       .phonemes = known_phonemes(*index)};
}

Result<std::string> with_float_output(std::string_view bytes) {
  auto model = parse_model(bytes);
  if (!model) return std::unexpected(model.error());
  auto& graph = *model->mutable_graph();
  const auto index = GraphIndex::build(graph);
  if (!index) return std::unexpected(index.error());
  if (graph.output_size() != 1 || index->producer(graph.output(0).name()) == nullptr) {
    return unsupported("the graph does not have one output");
  }
  if (index->producer("out") != nullptr || index->is_input("out") || index->constant("out") != nullptr) {
    return unsupported("the name 'out' is taken");
  }
  const auto whole = graph.output(0).name();
  graph.clear_output();
  cast(graph, whole, "out", kFloat);
  describe(*graph.add_output(), "out", kFloat, {"1", "places"});
  return model->SerializeAsString();
}

}  // namespace antiphon::voice_import
