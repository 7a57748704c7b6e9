#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace antiphon::engine::ort {

/// For tests: writes an ONNX model node by node. Every value has a name; names that are not given are made up.
class GraphWriter {
 public:
  using Names = std::vector<std::string>;
  using Sizes = std::vector<std::int64_t>;

  GraphWriter();

  /// `type` is an onnx::TensorProto::DataType; a negative size is free.
  void input(const std::string& name, int type, const Sizes& shape);
  void output(const std::string& name, const Sizes& shape);
  /// Constants. An empty shape is a scalar.
  std::string floats(const std::vector<float>& values, const Sizes& shape);
  std::string number(float value) { return floats({value}, {}); }
  std::string ints(const Sizes& values);
  std::string scalar(std::int64_t value);
  std::string small_ints(const std::vector<std::int8_t>& values, const Sizes& shape);

  std::string node(const std::string& type, const Names& inputs, std::string output = "");
  /// A node with one number, or one list, as an attribute.
  std::string node_with(const std::string& type, const Names& inputs, const std::string& attribute, std::int64_t value);
  std::string node_with(const std::string& type, const Names& inputs, const std::string& attribute,
                        const Sizes& values);
  /// More attributes for the node that was written last.
  GraphWriter& also(const std::string& attribute, const Sizes& values);
  GraphWriter& also(const std::string& attribute, std::int64_t value);
  GraphWriter& also_float(const std::string& attribute, float value);
  /// More outputs for it.
  std::string also_output(std::string name = "");

  std::string slice(const std::string& value, std::int64_t begin, std::int64_t end, std::int64_t axis,
                    std::int64_t step = 1);

  [[nodiscard]] std::string bytes() const { return model_.SerializeAsString(); }
  void save(const std::filesystem::path& file) const;

 private:
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  std::string fresh() { return "v" + std::to_string(count_++); }
  onnx::TensorProto& constant(int type, const Sizes& shape);
  onnx::AttributeProto& attribute_of_last(const std::string& name);

  onnx::ModelProto model_;
  int count_ = 0;
};

}  // namespace antiphon::engine::ort
