#include "voice_import/graph_index.h"

#include <algorithm>

#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

constexpr std::size_t kMostModelBytes = std::size_t{1} << 30U;
constexpr int kMostNodes = 200'000;

bool holds_a_graph(const onnx::NodeProto& node) {
  return std::ranges::any_of(node.attribute(), [](const auto& attribute) {
    return attribute.has_g() || attribute.graphs_size() > 0 || !attribute.ref_attr_name().empty();
  });
}

}  // namespace

Result<onnx::ModelProto> parse_model(std::string_view bytes) {
  if (bytes.size() > kMostModelBytes) return invalid("the model is larger than 1 GiB");
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return invalid("this is not an ONNX model");
  if (model.graph().node_size() == 0) return invalid("the model has no graph");
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
      return invalid("the model keeps weights in another file; it must hold them itself");
    }
    if (!element_count(tensor)) return invalid("tensor " + tensor.name() + " has impossible dimensions");
  }
  return model;
}

Result<GraphIndex> GraphIndex::build(const onnx::GraphProto& graph) {
  if (graph.node_size() > kMostNodes) return unsupported("the graph has too many nodes");
  if (graph.sparse_initializer_size() > 0) return unsupported("the graph has sparse weights");
  GraphIndex index(graph);
  for (const auto& tensor : graph.initializer()) {
    if (!index.constants_.emplace(tensor.name(), &tensor).second) return invalid(tensor.name() + " is given twice");
  }
  for (const auto& input : graph.input()) {
    if (!index.constants_.contains(input.name())) index.inputs_.insert(input.name());
  }
  if (auto added = index.add_nodes(); !added) return std::unexpected(added.error());
  if (auto sorted = index.sort_nodes(); !sorted) return std::unexpected(sorted.error());
  return index;
}

Result<void> GraphIndex::add_nodes() {
  for (int i = 0; i < graph_->node_size(); ++i) {
    const auto& node = graph_->node(i);
    if (holds_a_graph(node)) return unsupported("node " + node.name() + " holds a graph of its own");
    for (const auto& output : node.output()) {
      if (output.empty()) continue;
      const bool known = constants_.contains(output) || inputs_.contains(output);
      if (known || !producers_.emplace(output, i).second) return invalid("tensor " + output + " is made twice");
    }
    if (node.op_type() != "Constant" || node.output_size() != 1) continue;
    const auto* value = attribute(node, "value", onnx::AttributeProto::TENSOR);
    if (value != nullptr && element_count(value->t())) constants_.emplace(node.output(0), &value->t());
  }
  return {};
}

Result<void> GraphIndex::sort_nodes() {
  const auto count = static_cast<std::size_t>(graph_->node_size());
  std::vector<std::vector<int>> users(count);
  std::vector<int> awaited(count, 0);
  for (int i = 0; i < graph_->node_size(); ++i) {
    for (const auto& input : graph_->node(i).input()) {
      if (const auto made = producers_.find(input); made != producers_.end()) {
        users[static_cast<std::size_t>(made->second)].push_back(i);
        ++awaited[static_cast<std::size_t>(i)];
      } else if (!input.empty() && !constants_.contains(input) && !inputs_.contains(input)) {
        return invalid("tensor " + input + " is used but not made");
      }
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (awaited[i] == 0) order_.push_back(static_cast<int>(i));
  }
  for (std::size_t next = 0; next < order_.size(); ++next) {
    for (const int user : users[static_cast<std::size_t>(order_[next])]) {
      if (--awaited[static_cast<std::size_t>(user)] == 0) order_.push_back(user);
    }
  }
  if (order_.size() != count) return invalid("the nodes of the graph make a circle");
  return {};
}

const onnx::NodeProto* GraphIndex::producer(const std::string& tensor) const {
  const auto found = producers_.find(tensor);
  return found == producers_.end() ? nullptr : &graph_->node(found->second);
}

const onnx::NodeProto* GraphIndex::producer(const std::string& tensor, std::string_view op_type) const {
  const auto* node = producer(tensor);
  return node != nullptr && node->op_type() == op_type ? node : nullptr;
}

const onnx::TensorProto* GraphIndex::constant(const std::string& tensor) const {
  const auto found = constants_.find(tensor);
  return found == constants_.end() ? nullptr : found->second;
}

bool GraphIndex::is_input(const std::string& tensor) const { return inputs_.contains(tensor); }

std::vector<const onnx::NodeProto*> GraphIndex::ancestors(const std::vector<std::string>& tensors,
                                                          const TensorNames& given) const {
  std::vector<char> wanted(static_cast<std::size_t>(graph_->node_size()), 0);
  std::vector<int> open;
  const auto want = [&](const std::string& tensor) {
    const auto found = producers_.find(tensor);
    if (found == producers_.end() || given.contains(tensor)) return;
    auto& mark = wanted[static_cast<std::size_t>(found->second)];
    if (mark == 0) open.push_back(found->second);
    mark = 1;
  };
  for (const auto& tensor : tensors) want(tensor);
  while (!open.empty()) {
    const auto& node = graph_->node(open.back());
    open.pop_back();
    for (const auto& input : node.input()) want(input);
  }
  std::vector<const onnx::NodeProto*> nodes;
  for (const int i : order_) {
    if (wanted[static_cast<std::size_t>(i)] != 0) nodes.push_back(&graph_->node(i));
  }
  return nodes;
}

}  // namespace antiphon::voice_import
