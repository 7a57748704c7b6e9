#include "engine/ort/graph_writer.h"

#include <fstream>

namespace antiphon::engine::ort {
namespace {

void describe(onnx::ValueInfoProto& info, const std::string& name, int type, const GraphWriter::Sizes& shape) {
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  for (const auto size : shape) {
    auto& dimension = *tensor.mutable_shape()->add_dim();
    if (size >= 0) dimension.set_dim_value(size);
  }
}

}  // namespace

GraphWriter::GraphWriter() {
  constexpr int kFormat = 8;
  constexpr int kOperators = 15;
  model_.set_ir_version(kFormat);
  model_.add_opset_import()->set_version(kOperators);
  graph().set_name("test");
}

void GraphWriter::input(const std::string& name, int type, const Sizes& shape) {
  describe(*graph().add_input(), name, type, shape);
}

void GraphWriter::output(const std::string& name, const Sizes& shape) {
  describe(*graph().add_output(), name, onnx::TensorProto::FLOAT, shape);
}

onnx::TensorProto& GraphWriter::constant(int type, const Sizes& shape) {
  auto& tensor = *graph().add_initializer();
  tensor.set_name(fresh());
  tensor.set_data_type(type);
  for (const auto size : shape) tensor.add_dims(size);
  return tensor;
}

std::string GraphWriter::floats(const std::vector<float>& values, const Sizes& shape) {
  auto& tensor = constant(onnx::TensorProto::FLOAT, shape);
  for (const float value : values) tensor.add_float_data(value);
  return tensor.name();
}

std::string GraphWriter::ints(const Sizes& values) {
  auto& tensor = constant(onnx::TensorProto::INT64, {static_cast<std::int64_t>(values.size())});
  for (const auto value : values) tensor.add_int64_data(value);
  return tensor.name();
}

std::string GraphWriter::scalar(std::int64_t value) {
  auto& tensor = constant(onnx::TensorProto::INT64, {});
  tensor.add_int64_data(value);
  return tensor.name();
}

std::string GraphWriter::small_ints(const std::vector<std::int8_t>& values, const Sizes& shape) {
  auto& tensor = constant(onnx::TensorProto::INT8, shape);
  for (const auto value : values) tensor.add_int32_data(value);
  return tensor.name();
}

std::string GraphWriter::node(const std::string& type, const Names& inputs, std::string output) {
  auto& made = *graph().add_node();
  made.set_op_type(type);
  for (const auto& name : inputs) made.add_input(name);
  if (output.empty()) output = fresh();
  made.add_output(output);
  return output;
}

std::string GraphWriter::node_with(const std::string& type, const Names& inputs, const std::string& attribute,
                                   std::int64_t value) {
  auto output = node(type, inputs);
  also(attribute, value);
  return output;
}

std::string GraphWriter::node_with(const std::string& type, const Names& inputs, const std::string& attribute,
                                   const Sizes& values) {
  auto output = node(type, inputs);
  also(attribute, values);
  return output;
}

onnx::AttributeProto& GraphWriter::attribute_of_last(const std::string& name) {
  auto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
  attribute.set_name(name);
  return attribute;
}

GraphWriter& GraphWriter::also(const std::string& attribute, const Sizes& values) {
  auto& added = attribute_of_last(attribute);
  added.set_type(onnx::AttributeProto::INTS);
  for (const auto value : values) added.add_ints(value);
  return *this;
}

GraphWriter& GraphWriter::also(const std::string& attribute, std::int64_t value) {
  auto& added = attribute_of_last(attribute);
  added.set_type(onnx::AttributeProto::INT);
  added.set_i(value);
  return *this;
}

GraphWriter& GraphWriter::also_float(const std::string& attribute, float value) {
  auto& added = attribute_of_last(attribute);
  added.set_type(onnx::AttributeProto::FLOAT);
  added.set_f(value);
  return *this;
}

std::string GraphWriter::also_output(std::string name) {
  if (name.empty()) name = fresh();
  graph().mutable_node(graph().node_size() - 1)->add_output(name);
  return name;
}

std::string GraphWriter::slice(const std::string& value, std::int64_t begin, std::int64_t end, std::int64_t axis,
                               std::int64_t step) {
  Names inputs{value, ints({begin}), ints({end}), ints({axis})};
  if (step != 1) inputs.push_back(ints({step}));
  return node("Slice", inputs);
}

void GraphWriter::save(const std::filesystem::path& file) const { std::ofstream(file, std::ios::binary) << bytes(); }

}  // namespace antiphon::engine::ort
