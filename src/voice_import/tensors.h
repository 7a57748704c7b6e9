#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace antiphon::voice_import {

/// How many values the dimensions make, or none where one is negative or they are more than 2^32.
[[nodiscard]] std::optional<std::uint64_t> element_count(const onnx::TensorProto& tensor);

/// Whether it holds exactly the float32 values that its dimensions promise, in itself.
[[nodiscard]] bool holds_floats(const onnx::TensorProto& tensor);

/// The bytes of the values of a tensor that holds_floats(), as they stand in a file of weights.
[[nodiscard]] std::string float_bytes(const onnx::TensorProto& tensor);

/// The only value of a float32 tensor of one element.
[[nodiscard]] std::optional<float> only_float(const onnx::TensorProto& tensor);

/// The values of a small tensor of int32 or int64, at most 64 of them.
[[nodiscard]] std::optional<std::vector<std::int64_t>> whole_numbers(const onnx::TensorProto& tensor);

/// The attribute of that name and type, or null.
[[nodiscard]] const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const std::string& name,
                                                    onnx::AttributeProto::AttributeType type);
[[nodiscard]] std::int64_t whole_attribute(const onnx::NodeProto& node, const std::string& name,
                                           std::int64_t otherwise);
/// Empty where there is none.
[[nodiscard]] std::vector<std::int64_t> list_attribute(const onnx::NodeProto& node, const std::string& name);

}  // namespace antiphon::voice_import
