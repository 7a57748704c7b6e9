#include "voice_import/cut.h"

#include <algorithm>

#include "voice_import/tensors.h"

namespace antiphon::voice_import {

std::string Cut::name_of(const std::string& tensor) const {
  if (tensor.empty()) return tensor;
  if (const auto given = given_.find(tensor); given != given_.end()) return given->second;
  return index_.is_input(tensor) ? tensor : "m/" + tensor;
}

TensorNames Cut::copy(const std::vector<std::string>& tensors, onnx::GraphProto& graph) const {
  TensorNames given;
  for (const auto& [name, other] : given_) given.insert(name);
  TensorNames inputs;
  TensorNames constants;
  const auto use = [&](const std::string& tensor) {
    if (given.contains(tensor)) return;
    if (index_.is_input(tensor)) inputs.insert(tensor);
    if (index_.producer(tensor) == nullptr && index_.constant(tensor) != nullptr) constants.insert(tensor);
  };
  for (const auto& tensor : tensors) use(tensor);
  for (const auto* node : index_.ancestors(tensors, given)) {
    auto& copy = *graph.add_node();
    copy = *node;
    for (auto& input : *copy.mutable_input()) {
      use(input);
      input = name_of(input);
    }
    for (auto& output : *copy.mutable_output()) {
      // A node may make a given tensor and a needed one; then the given one is left aside.
      output = given.contains(output) ? "m/" + output : name_of(output);
    }
  }
  for (const auto& constant : constants) {
    auto& copy = *graph.add_initializer();
    copy = *index_.constant(constant);
    copy.set_name(name_of(constant));
  }
  return inputs;
}

onnx::ModelProto model_like(const onnx::ModelProto& original) {
  constexpr std::int64_t kLeastVersion = 8;
  onnx::ModelProto model;
  model.set_ir_version(std::max(original.ir_version(), kLeastVersion));
  *model.mutable_opset_import() = original.opset_import();
  model.set_producer_name("antiphon");
  model.mutable_graph()->set_name("antiphon");
  return model;
}

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op_type, const std::vector<std::string>& inputs,
                          const std::string& output) {
  auto& node = *graph.add_node();
  node.set_op_type(op_type);
  for (const auto& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

void set_list(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const auto value : values) attribute.add_ints(value);
}

void set_whole(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void add_whole_numbers(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& values) {
  auto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const auto value : values) tensor.add_int64_data(value);
}

void describe(onnx::ValueInfoProto& value, const std::string& name, onnx::TensorProto::DataType type,
              const Dimensions& dimensions) {
  value.set_name(name);
  auto& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  for (const auto& size : dimensions) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (size.find_first_not_of("0123456789") == std::string::npos) {
      dimension.set_dim_value(std::stoll(size));
    } else {
      dimension.set_dim_param(size);
    }
  }
}

}  // namespace antiphon::voice_import
