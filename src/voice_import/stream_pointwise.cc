#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "voice_import/stream_reader.h"
#include "voice_import/tensors.h"

/// The part of StreamReader that reads operations which treat each sample by itself.
namespace antiphon::voice_import {
namespace {

constexpr std::array<std::string_view, 19> kOfOne{
    "Abs",  "Cos",  "Elu",     "Erf", "Exp",      "HardSigmoid", "LeakyRelu", "Log",  "Neg",      "Reciprocal",
    "Relu", "Selu", "Sigmoid", "Sin", "Softplus", "Softsign",    "Sqrt",      "Tanh", "HardSwish"};
constexpr std::array<std::string_view, 6> kOfTwo{"Add", "Div", "Mul", "PRelu", "Pow", "Sub"};

std::unexpected<Error> odd(const onnx::NodeProto& node, const std::string& what) {
  return unsupported(node.op_type() + " " + node.name() + " " + what);
}

/// Whether `operand` at this place of a binary operation leaves the other operand as it is.
bool is_neutral(std::string_view type, int place, float operand) {
  if (type == "Mul") return operand == 1.0F;
  if (type == "Add") return operand == 0.0F;
  return place == 1 && ((type == "Div" && operand == 1.0F) || (type == "Sub" && operand == 0.0F));
}

std::optional<float> compute(std::string_view type, float a, float b) {
  if (type == "Add") return a + b;
  if (type == "Sub") return a - b;
  if (type == "Mul") return a * b;
  if (type == "Div" && b != 0.0F) return a / b;
  return std::nullopt;
}

}  // namespace

Result<void> StreamReader::read_constant_of_shape(const onnx::NodeProto& node) {
  const auto shape = value_of(node.input(0));
  const auto* value = attribute(node, "value", onnx::AttributeProto::TENSOR);
  const auto fill = value == nullptr ? std::optional(0.0F) : only_float(value->t());
  if (shape.kind != Kind::kShape || !fill) return odd(node, "fills an unknown shape");
  define(node.output(0), {.kind = Kind::kUniform, .uniform = *fill, .channels = shape.channels});
  return {};
}

Result<void> StreamReader::read_uniform(const onnx::NodeProto& node, const std::vector<Value>& values) {
  std::optional<float> result;
  const auto& type = node.op_type();
  const auto a = values[0].uniform;
  if (values.size() == 1) {
    if (type == "Neg") result = -a;
    if (type == "Exp" && a == 0.0F) result = 1.0F;
  } else if (values.size() == 2) {
    result = compute(type, a, values[1].uniform);
  }
  if (!result) return odd(node, "computes with a constant in an unknown way");
  const auto widest = std::ranges::max(values, {}, &Value::channels).channels;
  define(node.output(0), {.kind = Kind::kUniform, .uniform = *result, .channels = widest});
  return {};
}

bool StreamReader::read_as_alias(const onnx::NodeProto& node, const std::vector<Value>& values) {
  if (values.size() != 2) return false;
  for (const int place : {0, 1}) {
    const auto& steady = values[static_cast<std::size_t>(place)];
    const auto& other = values[static_cast<std::size_t>(1 - place)];
    if (other.kind != Kind::kStream || steady.kind != Kind::kUniform) continue;
    if (steady.channels > other.channels || !is_neutral(node.op_type(), place, steady.uniform)) continue;
    define(node.output(0), other);
    return true;
  }
  return false;
}

Result<Steady> StreamReader::steady_operand(const std::string& tensor, std::int64_t channels) {
  const auto* constant = index_.constant(tensor);
  if (constant != nullptr) {
    const bool one = holds_floats(*constant) && element_count(*constant) == 1;
    const int rank = constant->dims_size();
    const bool one_each = holds_floats(*constant) && rank >= 2 && constant->dims(rank - 1) == 1 &&
                          constant->dims(rank - 2) == channels &&
                          element_count(*constant) == static_cast<std::uint64_t>(channels);
    if (!one && !one_each) return unsupported("constant " + tensor + " is neither one value nor one per channel");
  }
  graph_.steady.insert(tensor);
  return Steady{.tensor = tensor, .constant = constant != nullptr};
}

Result<void> StreamReader::read_pointwise(const onnx::NodeProto& node) {
  const auto& type = node.op_type();
  const bool of_one = std::ranges::find(kOfOne, type) != kOfOne.end() && node.input_size() == 1;
  const bool of_two = std::ranges::find(kOfTwo, type) != kOfTwo.end() && node.input_size() == 2;
  if ((!of_one && !of_two) || node.output_size() != 1) return odd(node, "is of unknown effect on the stream");
  std::vector<Value> values;
  std::int64_t channels = 0;
  std::int64_t rate = 0;
  for (const auto& input : node.input()) {
    auto value = value_of(input);
    if (value.kind == Kind::kForeign && is_frame_mask(index_, input)) {
      value = {.kind = Kind::kUniform, .uniform = 1.0F, .channels = 1};
    }
    if (value.kind == Kind::kForeign || value.kind == Kind::kShape) {
      return odd(node, "takes " + input + ", which comes neither from the prior nor from the speaker");
    }
    if (value.kind == Kind::kStream) {
      const auto& stream = stream_of(value);
      const bool first = rate == 0;
      const bool fits = stream.rate == rate && (stream.channels == channels || stream.channels == 1 || channels == 1);
      if (!first && !fits) return odd(node, "takes streams that do not fit each other");
      rate = stream.rate;
      channels = std::max(channels, stream.channels);
    }
    values.push_back(value);
  }
  if (read_as_alias(node, values)) return {};
  if (rate == 0) return read_uniform(node, values);
  FromPointwise pointwise{.node = &node, .operands = {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].kind == Kind::kStream) {
      pointwise.operands.emplace_back(values[i].stream);
    } else if (values[i].kind == Kind::kUniform) {
      if (values[i].channels > channels) return odd(node, "takes streams that do not fit each other");
      pointwise.operands.emplace_back(Steady{.tensor = {}, .value = values[i].uniform});
    } else {
      auto steady = steady_operand(node.input(static_cast<int>(i)), channels);
      if (!steady) return std::unexpected(steady.error());
      pointwise.operands.emplace_back(std::move(*steady));
    }
  }
  return define_stream(node.output(0), {.from = std::move(pointwise), .channels = channels, .rate = rate});
}

}  // namespace antiphon::voice_import
