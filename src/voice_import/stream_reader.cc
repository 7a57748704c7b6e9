#include "voice_import/stream_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "voice_import/convolution.h"
#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

std::unexpected<Error> odd(const onnx::NodeProto& node, const std::string& what) {
  return unsupported(node.op_type() + " " + node.name() + " " + what);
}

std::string output_of(const onnx::NodeProto& node) { return node.output_size() > 0 ? node.output(0) : std::string{}; }

}  // namespace

StreamReader::StreamReader(const GraphIndex& index, const Seam& seam) : index_(index), seam_(seam) {}

Result<StreamGraph> StreamReader::read() {
  constexpr int kMostWrappings = 8;
  if (index_.graph().output_size() == 0) return unsupported("the graph has no output");
  auto wave = index_.graph().output(0).name();
  for (int i = 0; i < kMostWrappings; ++i) {
    const auto* node = index_.producer(wave);
    const bool wraps =
        node != nullptr && node->input_size() > 0 &&
        (node->op_type() == "Unsqueeze" || node->op_type() == "Squeeze" || node->op_type() == "Identity");
    if (!wraps) break;
    wave = node->input(0);
  }
  const auto channels = prior_channels(index_, seam_);
  if (!channels) return std::unexpected(channels.error());
  if (auto prior = define_stream(seam_.prior, {.from = FromPrior{}, .channels = *channels}); !prior) {
    return std::unexpected(prior.error());
  }
  for (const auto* node : index_.ancestors({wave}, {seam_.prior})) {
    if (auto done = read_node(*node); !done) return std::unexpected(done.error());
  }
  const auto value = value_of(wave);
  if (value.kind != Kind::kStream) return unsupported("the output does not depend on the prior");
  if (value.channels != 1) return unsupported("the output has more than one channel");
  graph_.output = value.stream;
  return std::move(graph_);
}

StreamReader::Value StreamReader::value_of(const std::string& tensor) const {
  if (const auto found = values_.find(tensor); found != values_.end()) return found->second;
  if (index_.constant(tensor) != nullptr || (tensor == "sid" && index_.is_input(tensor))) {
    return {.kind = Kind::kSteady};
  }
  return {.kind = Kind::kForeign};
}

const Stream& StreamReader::stream_of(const Value& value) const {
  return graph_.streams[static_cast<std::size_t>(value.stream)];
}

Result<void> StreamReader::define_stream(const std::string& tensor, Stream stream) {
  constexpr std::size_t kMostStreams = 4'096;
  constexpr std::int64_t kMostChannels = 65'536;
  constexpr std::int64_t kMostRate = 65'536;
  if (graph_.streams.size() >= kMostStreams) return unsupported("the renderer has too many parts");
  if (stream.channels < 1 || stream.channels > kMostChannels || stream.rate > kMostRate) {
    return unsupported("tensor " + tensor + " has an impossible size");
  }
  define(tensor,
         {.kind = Kind::kStream, .stream = static_cast<int>(graph_.streams.size()), .channels = stream.channels});
  graph_.streams.push_back(std::move(stream));
  return {};
}

Result<void> StreamReader::read_node(const onnx::NodeProto& node) {
  bool streams = false;
  bool steady = true;
  for (const auto& input : node.input()) {
    if (input.empty()) continue;
    const auto kind = value_of(input).kind;
    streams |= kind == Kind::kStream || kind == Kind::kUniform || kind == Kind::kShape;
    steady &= kind == Kind::kSteady;
  }
  if (streams) return read_stream_node(node);
  // A node without inputs may draw random numbers.
  steady &= node.input_size() > 0 && !node.op_type().starts_with("Random") && node.op_type() != "Bernoulli" &&
            node.op_type() != "Multinomial";
  for (const auto& output : node.output()) {
    if (index_.constant(output) == nullptr) define(output, {.kind = steady ? Kind::kSteady : Kind::kForeign});
  }
  return {};
}

Result<void> StreamReader::read_stream_node(const onnx::NodeProto& node) {
  if (!node.domain().empty() && node.domain() != "ai.onnx") return odd(node, "is not of ONNX's own operators");
  const auto& type = node.op_type();
  if (output_of(node).empty() || node.input_size() == 0) return odd(node, "has no output");
  const auto first = value_of(node.input(0));
  if (type == "Shape" && node.input_size() == 1 && node.attribute_size() == 0) {
    if (first.kind == Kind::kShape) return odd(node, "measures a shape");
    define(node.output(0), {.kind = Kind::kShape, .channels = first.channels});
    return {};
  }
  if (type == "ConstantOfShape") return read_constant_of_shape(node);
  if (type == "Identity") {
    define(node.output(0), first);
    return {};
  }
  if (type == "Concat") return read_join(node);
  if (first.kind == Kind::kStream) {
    if (type == "Conv") return read_conv(node);
    if (type == "ConvTranspose") return read_conv_transpose(node);
    if (type == "Slice") return read_slice(node);
    if (type == "Split") return read_split(node);
  }
  return read_pointwise(node);
}

Result<void> StreamReader::read_conv(const onnx::NodeProto& node) {
  auto shape = convolution_of(index_, node);
  if (!shape) return std::unexpected(shape.error());
  const auto input = value_of(node.input(0));
  const auto& stream = stream_of(input);
  if (shape->stride != 1) return odd(node, "skips samples");
  if (shape->weights[1] * shape->group != stream.channels) return odd(node, "does not fit its input's channels");
  if (shape->pad_left + shape->pad_right != (shape->kernel - 1) * shape->dilation)
    return odd(node, "changes the length");
  return define_stream(node.output(0), {.from = FromConv{.input = input.stream,
                                                         .node = &node,
                                                         .kernel = shape->kernel,
                                                         .dilation = shape->dilation,
                                                         .pad_left = shape->pad_left,
                                                         .pad_right = shape->pad_right},
                                        .channels = shape->weights[0],
                                        .rate = stream.rate});
}

Result<void> StreamReader::read_conv_transpose(const onnx::NodeProto& node) {
  auto shape = convolution_of(index_, node);
  if (!shape) return std::unexpected(shape.error());
  const auto input = value_of(node.input(0));
  const auto& stream = stream_of(input);
  const auto padding = list_attribute(node, "output_padding");
  const auto output_padding = padding.empty() ? 0 : padding[0];
  if (padding.size() > 1 || output_padding < 0 || output_padding >= shape->stride) return odd(node, "has odd padding");
  if (attribute(node, "output_shape", onnx::AttributeProto::INTS) != nullptr)
    return odd(node, "fixes its output's size");
  if (shape->weights[0] != stream.channels) return odd(node, "does not fit its input's channels");
  if (shape->dilation != 1 || shape->kernel < shape->stride) return odd(node, "leaves samples out");
  if (shape->kernel - shape->stride != shape->pad_left + shape->pad_right - output_padding) {
    return odd(node, "does not make whole multiples of its input's length");
  }
  return define_stream(node.output(0), {.from = FromConvTranspose{.input = input.stream,
                                                                  .node = &node,
                                                                  .kernel = shape->kernel,
                                                                  .stride = shape->stride,
                                                                  .pad_left = shape->pad_left,
                                                                  .pad_right = shape->pad_right,
                                                                  .output_padding = output_padding},
                                        .channels = shape->weights[1] * shape->group,
                                        .rate = stream.rate * shape->stride});
}

Result<std::vector<std::int64_t>> StreamReader::constant_list(const onnx::NodeProto& node, int input) const {
  const auto* tensor = input < node.input_size() ? index_.constant(node.input(input)) : nullptr;
  auto values = tensor == nullptr ? std::nullopt : whole_numbers(*tensor);
  if (!values) return odd(node, "has a computed argument");
  return std::move(*values);
}

Result<void> StreamReader::read_slice(const onnx::NodeProto& node) {
  std::array<std::int64_t, 4> arguments{0, 0, 0, 1};  // Begin, end, axis, step.
  for (int i = 0; i < 4; ++i) {
    if (i == 3 && (node.input_size() < 5 || node.input(4).empty())) break;
    const auto list = constant_list(node, i + 1);
    if (!list) return std::unexpected(list.error());
    if (list->size() != 1) return odd(node, "cuts more than one axis");
    arguments[static_cast<std::size_t>(i)] = (*list)[0];
  }
  auto [begin, end, axis, step] = arguments;
  const auto input = value_of(node.input(0));
  constexpr std::int64_t kMostStep = 65'536;
  constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int32_t>::max();
  if ((axis == 2 || axis == -1) && begin == 0 && step == 1 && end >= kToTheEnd) {
    define(node.output(0), input);  // All of it.
    return {};
  }
  if (axis != 1 && axis != -2) return odd(node, "cuts an axis other than the channels");
  if (step == 0 || step > kMostStep || step < -kMostStep) return odd(node, "has an impossible step");
  const auto channels = input.channels;
  const auto from_end = [&](std::int64_t place) { return place < 0 ? place + channels : place; };
  const bool up = step > 0;
  begin = std::clamp<std::int64_t>(from_end(begin), 0, up ? channels : channels - 1);
  end = end < -channels ? -1 : from_end(end);
  end = std::clamp<std::int64_t>(end, up ? 0 : -1, channels);
  const auto count = up ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
  if (count < 1) return odd(node, "leaves nothing");
  return define_stream(node.output(0),
                       {.from = FromChannels{.input = input.stream, .begin = begin, .count = count, .step = step},
                        .channels = count,
                        .rate = stream_of(input).rate});
}

Result<void> StreamReader::read_split(const onnx::NodeProto& node) {
  const auto input = value_of(node.input(0));
  const auto axis = whole_attribute(node, "axis", 0);
  if (axis != 1 && axis != -2) return odd(node, "parts an axis other than the channels");
  auto sizes = list_attribute(node, "split");
  if (node.input_size() > 1 && !node.input(1).empty()) {
    auto list = constant_list(node, 1);
    if (!list) return std::unexpected(list.error());
    sizes = std::move(*list);
  }
  const auto parts = static_cast<std::size_t>(node.output_size());
  if (sizes.empty()) sizes.assign(parts, input.channels / node.output_size());
  if (sizes.size() != parts) return odd(node, "has another number of parts than of sizes");
  std::int64_t begin = 0;
  const auto rate = stream_of(input).rate;
  for (std::size_t i = 0; i < parts; ++i) {
    if (sizes[i] < 1 || sizes[i] > input.channels - begin) return odd(node, "does not fit its input's channels");
    auto done = define_stream(node.output(static_cast<int>(i)),
                              {.from = FromChannels{.input = input.stream, .begin = begin, .count = sizes[i]},
                               .channels = sizes[i],
                               .rate = rate});
    if (!done) return done;
    begin += sizes[i];
  }
  return begin == input.channels ? Result<void>{} : odd(node, "does not fit its input's channels");
}

Result<void> StreamReader::read_join(const onnx::NodeProto& node) {
  const auto axis = whole_attribute(node, "axis", 0);
  if (axis != 1 && axis != -2) return odd(node, "joins along an axis other than the channels");
  FromJoin join;
  std::int64_t channels = 0;
  std::int64_t rate = 0;
  for (const auto& input : node.input()) {
    const auto value = value_of(input);
    if (value.kind != Kind::kStream) return odd(node, "joins something that is not computed from the prior");
    const auto& stream = stream_of(value);
    if (rate != 0 && stream.rate != rate) return odd(node, "joins tensors of different lengths");
    rate = stream.rate;
    channels += stream.channels;
    join.inputs.push_back(value.stream);
  }
  return define_stream(node.output(0), {.from = std::move(join), .channels = channels, .rate = rate});
}

Result<StreamGraph> read_streams(const GraphIndex& index, const Seam& seam) { return StreamReader(index, seam).read(); }

std::vector<int> sources_of(const Stream& stream) {
  if (const auto* conv = std::get_if<FromConv>(&stream.from)) return {conv->input};
  if (const auto* transpose = std::get_if<FromConvTranspose>(&stream.from)) return {transpose->input};
  if (const auto* channels = std::get_if<FromChannels>(&stream.from)) return {channels->input};
  if (const auto* join = std::get_if<FromJoin>(&stream.from)) return join->inputs;
  std::vector<int> sources;
  if (const auto* pointwise = std::get_if<FromPointwise>(&stream.from)) {
    for (const auto& operand : pointwise->operands) {
      if (const auto* number = std::get_if<int>(&operand)) sources.push_back(*number);
    }
  }
  return sources;
}

}  // namespace antiphon::voice_import
