#include "voice_import/tensors.h"

#include <bit>
#include <cstring>

namespace antiphon::voice_import {

static_assert(std::endian::native == std::endian::little, "raw_data of ONNX is little-endian");

std::optional<std::uint64_t> element_count(const onnx::TensorProto& tensor) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 32U;
  std::uint64_t count = 1;
  for (const auto size : tensor.dims()) {
    if (size < 0 || static_cast<std::uint64_t>(size) > kMost) return std::nullopt;
    count *= static_cast<std::uint64_t>(size);
    if (count > kMost) return std::nullopt;
  }
  return count;
}

bool holds_floats(const onnx::TensorProto& tensor) {
  const auto count = element_count(tensor);
  if (!count || tensor.data_type() != onnx::TensorProto::FLOAT) return false;
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) return false;
  if (tensor.has_raw_data()) return tensor.raw_data().size() == *count * sizeof(float);
  return static_cast<std::uint64_t>(tensor.float_data_size()) == *count;
}

std::string float_bytes(const onnx::TensorProto& tensor) {
  if (tensor.has_raw_data()) return tensor.raw_data();
  std::string bytes(static_cast<std::size_t>(tensor.float_data_size()) * sizeof(float), '\0');
  std::memcpy(bytes.data(), tensor.float_data().data(), bytes.size());
  return bytes;
}

std::optional<float> only_float(const onnx::TensorProto& tensor) {
  if (!holds_floats(tensor) || element_count(tensor) != 1) return std::nullopt;
  if (!tensor.has_raw_data()) return tensor.float_data(0);
  float value = 0;
  std::memcpy(&value, tensor.raw_data().data(), sizeof value);
  return value;
}

std::optional<std::vector<std::int64_t>> whole_numbers(const onnx::TensorProto& tensor) {
  constexpr std::uint64_t kMost = 64;
  const auto count = element_count(tensor);
  if (!count || *count > kMost || tensor.data_location() == onnx::TensorProto::EXTERNAL) return std::nullopt;
  std::vector<std::int64_t> values;
  const auto take = [&]<class T>(T, const auto& typed) {
    if (tensor.has_raw_data()) {
      if (tensor.raw_data().size() != *count * sizeof(T)) return false;
      for (std::size_t i = 0; i < *count; ++i) {
        T value{};
        std::memcpy(&value, tensor.raw_data().data() + (i * sizeof(T)), sizeof value);
        values.push_back(value);
      }
      return true;
    }
    values.assign(typed.begin(), typed.end());
    return values.size() == *count;
  };
  if (tensor.data_type() == onnx::TensorProto::INT64 && take(std::int64_t{}, tensor.int64_data())) return values;
  if (tensor.data_type() == onnx::TensorProto::INT32 && take(std::int32_t{}, tensor.int32_data())) return values;
  return std::nullopt;
}

const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name,
                                      onnx::AttributeProto::AttributeType type) {
  for (const auto& candidate : node.attribute()) {
    if (candidate.name() == name && candidate.type() == type) return &candidate;
  }
  return nullptr;
}

std::int64_t whole_attribute(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise) {
  const auto* found = attribute(node, name, onnx::AttributeProto::INT);
  return found == nullptr ? otherwise : found->i();
}

std::vector<std::int64_t> list_attribute(const onnx::NodeProto& node, const std::string& name) {
  const auto* found = attribute(node, name, onnx::AttributeProto::INTS);
  return found == nullptr ? std::vector<std::int64_t>{} : std::vector(found->ints().begin(), found->ints().end());
}

}  // namespace antiphon::voice_import
