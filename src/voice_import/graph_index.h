#pragma once

#include <onnx/onnx_pb.h>

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "voice_import/error.h"

namespace antiphon::voice_import {

/// Reads a model of at most 1 GiB whose weights are in itself. Error: kModelInvalid.
[[nodiscard]] Result<onnx::ModelProto> parse_model(std::string_view bytes);

using TensorNames = std::set<std::string, std::less<>>;

/// Who makes each tensor of a graph. Refers to the graph, which must outlive it unchanged.
class GraphIndex {
 public:
  /// Errors: kModelInvalid where a tensor is made twice, or used but not made, or the nodes make a circle;
  /// kModelUnsupported where a node holds a graph of its own, or there are more than 200,000 nodes.
  [[nodiscard]] static Result<GraphIndex> build(const onnx::GraphProto& graph);

  [[nodiscard]] const onnx::GraphProto& graph() const { return *graph_; }
  /// Null for inputs, constants and unknown names.
  [[nodiscard]] const onnx::NodeProto* producer(const std::string& tensor) const;
  /// The producer if it is of this type, else null.
  [[nodiscard]] const onnx::NodeProto* producer(const std::string& tensor, std::string_view op_type) const;
  /// An initialiser, or the value of a Constant node; null for all others.
  [[nodiscard]] const onnx::TensorProto* constant(const std::string& tensor) const;
  /// Whether it is an input of the graph (and not a constant).
  [[nodiscard]] bool is_input(const std::string& tensor) const;
  /// The nodes on which `tensors` depend, producers before users, without those that only the tensors of `given` need.
  [[nodiscard]] std::vector<const onnx::NodeProto*> ancestors(const std::vector<std::string>& tensors,
                                                              const TensorNames& given) const;

 private:
  explicit GraphIndex(const onnx::GraphProto& graph) : graph_(&graph) {}
  [[nodiscard]] Result<void> add_nodes();
  [[nodiscard]] Result<void> sort_nodes();

  const onnx::GraphProto* graph_;
  std::unordered_map<std::string, int> producers_;
  std::unordered_map<std::string, const onnx::TensorProto*> constants_;
  std::set<std::string, std::less<>> inputs_;
  std::vector<int> order_;
};

}  // namespace antiphon::voice_import
