#include "voice_import/network_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "voice_import/cut.h"
#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

using kernel::Function;
using Kind = network::Operand::Kind;

std::unexpected<Error> odd(const onnx::NodeProto& node, const std::string& what) {
  return unsupported(node.op_type() + " " + node.name() + " " + what);
}

std::uint32_t narrow(std::int64_t value) { return static_cast<std::uint32_t>(value); }

float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise) {
  const auto* found = attribute(node, name, onnx::AttributeProto::FLOAT);
  return found == nullptr ? otherwise : found->f();
}

}  // namespace

Result<network::Network> NetworkWriter::write() {
  numbers_.assign(graph_.streams.size(), 0);
  for (int i = 0; i < static_cast<int>(graph_.streams.size()); ++i) {
    if (schedule_.live[static_cast<std::size_t>(i)] == 0) continue;
    auto stream = stream_of(i);
    if (!stream) return std::unexpected(std::move(stream.error()));
    numbers_[static_cast<std::size_t>(i)] = narrow(std::ssize(network_.streams));
    network_.streams.push_back(std::move(*stream));
  }
  network_.output = number_of(graph_.output);
  if (auto sound = network::check(network_); !sound) return unsupported(std::move(sound.error().message));
  return std::move(network_);
}

Result<network::Stream> NetworkWriter::stream_of(int number) {
  const auto& stream = graph_.streams[static_cast<std::size_t>(number)];
  const auto lag = schedule_.lag[static_cast<std::size_t>(number)];
  network::Stream out{.from = network::FromPrior{},
                      .channels = narrow(stream.channels),
                      .rate = narrow(stream.rate),
                      .lag = narrow(lag)};
  if (const auto* conv = std::get_if<FromConv>(&stream.from)) {
    auto made = conv_of(*conv);
    if (!made) return std::unexpected(std::move(made.error()));
    out.from = *made;
  } else if (const auto* transpose = std::get_if<FromConvTranspose>(&stream.from)) {
    auto made = conv_transpose_of(*transpose);
    if (!made) return std::unexpected(std::move(made.error()));
    out.from = *made;
  } else if (const auto* pointwise = std::get_if<FromPointwise>(&stream.from)) {
    auto made = map_of(*pointwise, stream.channels);
    if (!made) return std::unexpected(std::move(made.error()));
    out.from = std::move(*made);
  } else if (const auto* channels = std::get_if<FromChannels>(&stream.from)) {
    out.from = network::FromChannels{.input = number_of(channels->input),
                                     .begin = narrow(channels->begin),
                                     .step = static_cast<std::int32_t>(channels->step)};
  } else if (const auto* join = std::get_if<FromJoin>(&stream.from)) {
    network::FromJoin made;
    for (const int input : join->inputs) made.inputs.push_back(number_of(input));
    out.from = std::move(made);
  }
  return out;
}

network::Tensor NetworkWriter::place(const std::string& tensor) {
  auto& placed = placed_[tensor];
  if (placed.count != 0) return placed;
  const auto bytes = float_bytes(*index_.constant(tensor));
  placed = {.offset = network_.weights.size(), .count = bytes.size() / sizeof(float)};
  network_.weights.resize(network_.weights.size() + placed.count);
  std::memcpy(network_.weights.data() + placed.offset, bytes.data(), bytes.size());
  return placed;
}

Result<std::pair<network::Tensor, network::Tensor>> NetworkWriter::weights_of(const onnx::NodeProto& node) {
  if (whole_attribute(node, "group", 1) != 1) return odd(node, "has groups of channels");
  network::Tensor bias;
  const auto weights = place(node.input(1));
  if (node.input_size() > 2 && !node.input(2).empty()) bias = place(node.input(2));
  return std::pair(weights, bias);
}

Result<network::FromConv> NetworkWriter::conv_of(const FromConv& conv) {
  const auto weights = weights_of(*conv.node);
  if (!weights) return std::unexpected(weights.error());
  return network::FromConv{.input = number_of(conv.input),
                           .kernel = narrow(conv.kernel),
                           .dilation = narrow(conv.dilation),
                           .pad_left = narrow(conv.pad_left),
                           .weights = weights->first,
                           .bias = weights->second};
}

Result<network::FromConvTranspose> NetworkWriter::conv_transpose_of(const FromConvTranspose& conv) {
  const auto weights = weights_of(*conv.node);
  if (!weights) return std::unexpected(weights.error());
  return network::FromConvTranspose{.input = number_of(conv.input),
                                    .kernel = narrow(conv.kernel),
                                    .stride = narrow(conv.stride),
                                    .pad_left = narrow(conv.pad_left),
                                    .weights = weights->first,
                                    .bias = weights->second};
}

network::Operand NetworkWriter::constant(float value) {
  network_.weights.push_back(value);
  return {.kind = Kind::kConstant, .constant = {.offset = network_.weights.size() - 1, .count = 1}};
}

network::Operand NetworkWriter::operand_of(const Operand& operand, std::int64_t channels) {
  if (const auto* stream = std::get_if<int>(&operand)) return {.kind = Kind::kStream, .number = number_of(*stream)};
  const auto& steady = std::get<Steady>(operand);
  if (steady.tensor.empty()) return constant(steady.value);
  if (steady.constant) return {.kind = Kind::kConstant, .constant = place(steady.tensor)};
  const auto found = std::ranges::find(speaker_tensors_, steady.tensor);
  const auto number = narrow(found - speaker_tensors_.begin());
  if (found == speaker_tensors_.end()) {
    speaker_tensors_.push_back(steady.tensor);
    network_.speaker_channels.push_back(narrow(channels));
  }
  return {.kind = Kind::kSpeaker, .number = number};
}

Result<network::FromMap> NetworkWriter::map_of(const FromPointwise& pointwise, std::int64_t channels) {
  const auto& node = *pointwise.node;
  const auto& type = node.op_type();
  network::FromMap map;
  for (const auto& operand : pointwise.operands) map.operands.push_back(operand_of(operand, channels));
  if (type == "Add") {
    map.function = Function::kAdd;
  } else if (type == "Sub") {
    map.function = Function::kSubtract;
  } else if (type == "Mul") {
    map.function = Function::kMultiply;
  } else if (type == "Div" && map.operands[1].kind == Kind::kConstant && map.operands[1].constant.count == 1) {
    const float divisor = network_.weights[map.operands[1].constant.offset];
    if (divisor == 0) return odd(node, "divides by zero");
    map.function = Function::kMultiply;
    map.operands[1] = constant(1 / divisor);
  } else if (type == "Neg") {
    map.function = Function::kMultiply;
    map.operands.push_back(constant(-1));
  } else if (type == "LeakyRelu" || type == "Relu") {
    constexpr float kDefaultSlope = 0.01F;
    map.slope = type == "Relu" ? 0 : float_attribute(node, "alpha", kDefaultSlope);
    if (!(map.slope >= 0 && map.slope <= 1)) return odd(node, "has an odd slope");
  } else if (type == "Tanh") {
    map.function = Function::kTanh;
  } else if (type == "Sigmoid") {
    map.function = Function::kSigmoid;
  } else if (type == "Exp") {
    map.function = Function::kExp;
  } else {
    return odd(node, "is no function of the kernels");
  }
  return map;
}

std::string speaker_model(const onnx::ModelProto& original, const GraphIndex& index,
                          const std::vector<std::string>& tensors) {
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  describe(*graph.add_input(), "sid", onnx::TensorProto::INT64, {"1"});
  const Cut cut(index, {});
  (void)cut.copy(tensors, graph);
  add_whole_numbers(graph, "flat", {-1});
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto name = fmt::format("t{}", i);
    add_node(graph, "Reshape", {cut.name_of(tensors[i]), "flat"}, name);
    describe(*graph.add_output(), name, onnx::TensorProto::FLOAT, {fmt::format("channels{}", i)});
  }
  return model.SerializeAsString();
}

}  // namespace antiphon::voice_import
