#pragma once

#include <map>
#include <string>
#include <vector>

#include "voice_import/graph_index.h"
#include "voice_import/seam.h"

namespace antiphon::voice_import {

/// A part of a graph copied into another: the nodes and constants that some tensors need. Names get the prefix "m/",
/// except the original's inputs, so that new names cannot collide with old ones.
class Cut {
 public:
  /// `given`: tensors that are not computed but stand under another name, which the caller makes or declares.
  Cut(const GraphIndex& index, std::map<std::string, std::string, std::less<>> given)
      : index_(index), given_(std::move(given)) {}

  [[nodiscard]] std::string name_of(const std::string& tensor) const;
  /// Appends what `tensors` need to `graph`; once per graph. Returns the inputs of the original that are among it.
  TensorNames copy(const std::vector<std::string>& tensors, onnx::GraphProto& graph) const;

 private:
  const GraphIndex& index_;
  std::map<std::string, std::string, std::less<>> given_;
};

/// An empty model of the same operator versions.
[[nodiscard]] onnx::ModelProto model_like(const onnx::ModelProto& original);

/// Appends a node and returns it for its attributes.
onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op_type, const std::vector<std::string>& inputs,
                          const std::string& output);
void set_list(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values);
void set_whole(onnx::NodeProto& node, const std::string& name, std::int64_t value);
/// Appends a constant int64 vector.
void add_whole_numbers(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& values);

/// Describes an input or output; a dimension that is a word is free.
using Dimensions = std::vector<std::string>;
void describe(onnx::ValueInfoProto& value, const std::string& name, onnx::TensorProto::DataType type,
              const Dimensions& dimensions);

/// phonemes -> m_p, std_p, durations. Errors: kModelUnsupported.
[[nodiscard]] Result<std::string> plan_model(const onnx::ModelProto& original, const GraphIndex& index,
                                             const Seam& seam);

}  // namespace antiphon::voice_import
