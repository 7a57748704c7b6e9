#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "voice_import/stream.h"

namespace antiphon::voice_import {

/// Reads the nodes behind the prior, in the order of computation.
class StreamReader {
 public:
  StreamReader(const GraphIndex& index, const Seam& seam);

  [[nodiscard]] Result<StreamGraph> read();

 private:
  enum class Kind : std::uint8_t {
    kStream,   ///< Computed from the prior.
    kUniform,  ///< One known value everywhere, as long as a stream.
    kShape,    ///< The dimensions of a stream.
    kSteady,   ///< The same for all frames: constants, and what is computed from the speaker.
    kForeign,  ///< Computed from the text.
  };
  struct Value {
    Kind kind = Kind::kForeign;
    int stream = 0;             ///< Number of a kStream.
    float uniform = 0;          ///< Value of a kUniform.
    std::int64_t channels = 0;  ///< Width of kStream, kUniform and kShape.
  };

  [[nodiscard]] Value value_of(const std::string& tensor) const;
  [[nodiscard]] const Stream& stream_of(const Value& value) const;
  void define(const std::string& tensor, const Value& value) { values_[tensor] = value; }
  /// Error: kModelUnsupported where there would be more streams than any voice has.
  [[nodiscard]] Result<void> define_stream(const std::string& tensor, Stream stream);

  [[nodiscard]] Result<void> read_node(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_stream_node(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_conv(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_conv_transpose(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_slice(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_split(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_join(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_constant_of_shape(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_pointwise(const onnx::NodeProto& node);
  [[nodiscard]] Result<void> read_uniform(const onnx::NodeProto& node, const std::vector<Value>& values);
  /// Whether the node gives its operand back unchanged, like times one; then its output is the same stream.
  [[nodiscard]] bool read_as_alias(const onnx::NodeProto& node, const std::vector<Value>& values);
  /// Error: kModelUnsupported where the tensor does not fit a stream of so many channels.
  [[nodiscard]] Result<Steady> steady_operand(const std::string& tensor, std::int64_t channels);
  [[nodiscard]] Result<std::vector<std::int64_t>> constant_list(const onnx::NodeProto& node, int input) const;

  const GraphIndex& index_;
  const Seam& seam_;
  StreamGraph graph_;
  std::unordered_map<std::string, Value> values_;
};

}  // namespace antiphon::voice_import
