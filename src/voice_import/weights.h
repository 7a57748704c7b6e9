#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace antiphon::voice_import {

/// The large tensors of several models, each stored once in a file beside them.
class Weights {
 public:
  explicit Weights(std::string file_name) : file_name_(std::move(file_name)) {}

  /// Fills in `tensor` (all but its name): the values of `values`, which holds_floats(), under other dimensions. Small
  /// ones stay in the model.
  void place(const onnx::TensorProto& values, const std::vector<std::int64_t>& dimensions, onnx::TensorProto& tensor);

  /// The contents of the file.
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string file_name_;
  std::string bytes_;
  std::map<const onnx::TensorProto*, std::uint64_t> offsets_;
};

}  // namespace antiphon::voice_import
