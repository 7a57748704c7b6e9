#include "voice_import/render_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

constexpr auto kFloat = onnx::TensorProto::FLOAT;
constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();
/// The free first size of every input and output: grains that are rendered at once.
const std::string kBatch = "batch";
/// In the shape of a Reshape: as large as it is.
constexpr std::int64_t kAsItIs = 0;
constexpr std::int64_t kChannelAxis = 1;
constexpr std::int64_t kTimeAxis = 3;

std::size_t at(int number) { return static_cast<std::size_t>(number); }

/// A stream's own samples, without those kept from the grain before.
std::string fresh(int number) { return fmt::format("t{}", number); }

}  // namespace

std::string RenderWriter::write(Ends ends) {
  ends_ = ends;
  model_ = model_like(original_);
  names_.assign(graph_.streams.size(), {});
  states_ = 0;
  placed_.clear();
  readings_.clear();
  auto& graph = *model_.mutable_graph();
  describe(*graph.add_input(), "prior", kFloat, {kBatch, "frames", std::to_string(graph_.streams[0].channels)});
  if (index_.is_input("sid")) describe(*graph.add_input(), "sid", onnx::TensorProto::INT64, {kBatch});
  describe(*graph.add_output(), "wav", kFloat, {kBatch, "samples"});
  copy_steady();
  for (int i = 0; i < static_cast<int>(graph_.streams.size()); ++i) {
    if (schedule_.live[at(i)] != 0) write_stream(i);
  }
  write_output();
  return model_.SerializeAsString();
}

void RenderWriter::copy_steady() {
  std::vector<std::string> computed;
  for (const auto& tensor : graph_.steady) {
    if (index_.constant(tensor) == nullptr) computed.push_back(tensor);
  }
  onnx::GraphProto part;
  const Cut cut(index_, {});
  cut.copy(computed, part);
  for (auto& node : *part.mutable_node()) *model_.mutable_graph()->add_node() = std::move(node);
  for (auto& tensor : *part.mutable_initializer()) {
    const auto original = tensor.name().substr(2);
    const auto* values = index_.constant(original);
    if (values != nullptr && holds_floats(*values)) {
      onnx::TensorProto placed;
      placed.set_name(tensor.name());
      weights_.place(*values, {values->dims().begin(), values->dims().end()}, placed);
      tensor = std::move(placed);
    }
    *model_.mutable_graph()->add_initializer() = std::move(tensor);
  }
}

void RenderWriter::write_stream(int number) {
  const auto& from = graph_.streams[at(number)].from;
  const auto name = fresh(number);
  if (std::holds_alternative<FromPrior>(from)) write_prior(name);
  if (const auto* conv = std::get_if<FromConv>(&from)) write_conv(*conv, number, name);
  if (const auto* conv = std::get_if<FromConvTranspose>(&from)) write_conv_transpose(*conv, number, name);
  if (const auto* pointwise = std::get_if<FromPointwise>(&from)) write_pointwise(*pointwise, number, name);
  if (const auto* channels = std::get_if<FromChannels>(&from)) write_channels(*channels, number, name);
  if (const auto* join = std::get_if<FromJoin>(&from)) write_join(*join, number, name);
  names_[at(number)] = name;
  if (schedule_.history[at(number)] > 0) keep(number);
}

void RenderWriter::write_prior(const std::string& name) {
  auto& graph = *model_.mutable_graph();
  const auto channels = graph_.streams[0].channels;
  add_whole_numbers(graph, "prior_shape", {kAsItIs, 1, -1, channels});
  add_node(graph, "Reshape", {"prior", "prior_shape"}, "prior_rows");
  set_list(add_node(graph, "Transpose", {"prior_rows"}, name), "perm", {0, 3, 1, 2});
}

void RenderWriter::keep(int number) {
  auto& graph = *model_.mutable_graph();
  const auto& stream = graph_.streams[at(number)];
  const auto history = schedule_.history[at(number)];
  const Dimensions dimensions{kBatch, std::to_string(stream.channels), "1", std::to_string(history)};
  if (!ends_.begin) {
    const auto state = fmt::format("s{}", states_);
    describe(*graph.add_input(), state, kFloat, dimensions);
    const auto joined = fmt::format("k{}", number);
    set_whole(add_node(graph, "Concat", {state, names_[at(number)]}, joined), "axis", kTimeAxis);
    names_[at(number)] = joined;
  }
  if (!ends_.end) {
    const auto state = fmt::format("o{}", states_);
    describe(*graph.add_output(), state, kFloat, dimensions);
    const auto kept = slice(names_[at(number)], kTimeAxis, -history, kToTheEnd, 1, state);
    (void)kept;
  }
  ++states_;
}

std::string RenderWriter::read(int user, int source) {
  const auto reading = reading_of(graph_, schedule_.lag, user, source);
  const auto root = schedule_.root[at(source)];
  const auto begin = ends_.begin ? 0 : schedule_.history[at(root)] - reading.history;
  const auto rest = ends_.end ? 0 : reading.rest;
  if (begin == 0 && rest == 0) return names_[at(source)];
  auto& known = readings_[{source, begin, rest}];
  if (known.empty()) {
    known = slice(names_[at(source)], kTimeAxis, begin, rest == 0 ? kToTheEnd : -rest, 1,
                  fmt::format("r{}", readings_.size()));
  }
  return known;
}

std::string RenderWriter::slice(const std::string& tensor, std::int64_t axis, std::int64_t begin, std::int64_t end,
                                std::int64_t step, const std::string& name) {
  add_node(*model_.mutable_graph(), "Slice", {tensor, number(begin), number(end), number(axis), number(step)}, name);
  return name;
}

std::string RenderWriter::number(std::int64_t value) {
  auto name = fmt::format("i{}", value);
  if (placed_.emplace(name, name).second) add_whole_numbers(*model_.mutable_graph(), name, {value});
  return name;
}

std::string RenderWriter::place_weights(const std::string& tensor) {
  auto& name = placed_["w/" + tensor];
  if (!name.empty()) return name;
  name = fmt::format("w{}", placed_.size());
  const auto& values = *index_.constant(tensor);
  std::vector<std::int64_t> dimensions(values.dims().begin(), values.dims().end());
  constexpr std::size_t kOneDimensional = 3;
  if (dimensions.size() == kOneDimensional) dimensions.insert(dimensions.begin() + 2, 1);
  auto& placed = *model_.mutable_graph()->add_initializer();
  placed.set_name(name);
  weights_.place(values, dimensions, placed);
  return name;
}

void RenderWriter::copy_convolution(const onnx::NodeProto& original, const std::string& input, const std::string& name,
                                    std::int64_t pad_left, std::int64_t pad_right) {
  std::vector<std::string> inputs{input, place_weights(original.input(1))};
  if (original.input_size() > 2 && !original.input(2).empty()) inputs.push_back(place_weights(original.input(2)));
  auto& node = add_node(*model_.mutable_graph(), original.op_type(), inputs, name);
  const auto only = [&](const char* attribute) {
    const auto list = list_attribute(original, attribute);
    return list.empty() ? 1 : list[0];
  };
  set_list(node, "kernel_shape", {1, index_.constant(original.input(1))->dims(2)});
  set_list(node, "dilations", {1, only("dilations")});
  set_list(node, "strides", {1, only("strides")});
  set_list(node, "pads", {0, pad_left, 0, pad_right});
  set_whole(node, "group", whole_attribute(original, "group", 1));
}

void RenderWriter::write_conv(const FromConv& conv, int number, const std::string& name) {
  copy_convolution(*conv.node, read(number, conv.input), name, ends_.begin ? conv.pad_left : 0,
                   ends_.end ? conv.pad_right : 0);
}

void RenderWriter::write_conv_transpose(const FromConvTranspose& conv, int number, const std::string& name) {
  const auto history = (conv.kernel - 1) / conv.stride;
  copy_convolution(*conv.node, read(number, conv.input), name, ends_.begin ? conv.pad_left : history * conv.stride,
                   ends_.end ? conv.pad_right : conv.kernel - conv.stride);
  if (ends_.end && conv.output_padding > 0) {
    auto& node = *model_.mutable_graph()->mutable_node(model_.graph().node_size() - 1);
    set_list(node, "output_padding", {0, conv.output_padding});
  }
}

std::string RenderWriter::steady(const Steady& steady, std::int64_t channels) {
  auto& graph = *model_.mutable_graph();
  const auto key = steady.tensor.empty() ? fmt::format("f/{}", steady.value) : "c/" + steady.tensor;
  auto& name = placed_[key];
  if (!name.empty()) return name;
  name = fmt::format("c{}", placed_.size());
  if (!steady.constant) {
    const auto shape = name + "_shape";
    add_whole_numbers(graph, shape, {depends_on_speaker(steady.tensor) ? kAsItIs : 1, -1, 1, 1});
    add_node(graph, "Reshape", {"m/" + steady.tensor, shape}, name);
    return name;
  }
  auto& placed = *graph.add_initializer();
  placed.set_name(name);
  if (steady.tensor.empty()) {
    placed.set_data_type(kFloat);
    placed.add_float_data(steady.value);
    return name;
  }
  const auto& values = *index_.constant(steady.tensor);
  std::vector<std::int64_t> dimensions;
  if (element_count(values) != 1) dimensions = {1, channels, 1, 1};
  weights_.place(values, dimensions, placed);
  return name;
}

bool RenderWriter::depends_on_speaker(const std::string& tensor) const {
  const auto takes = [](const auto* node) { return std::ranges::find(node->input(), "sid") != node->input().end(); };
  return std::ranges::any_of(index_.ancestors({tensor}, {}), takes);
}

void RenderWriter::write_pointwise(const FromPointwise& pointwise, int number, const std::string& name) {
  const bool own_root = schedule_.root[at(number)] == number;
  std::vector<std::string> inputs;
  for (const auto& operand : pointwise.operands) {
    if (const auto* value = std::get_if<Steady>(&operand)) {
      inputs.push_back(steady(*value, graph_.streams[at(number)].channels));
    } else {
      const int source = std::get<int>(operand);
      inputs.push_back(own_root ? read(number, source) : names_[at(source)]);
    }
  }
  auto& node = add_node(*model_.mutable_graph(), pointwise.node->op_type(), inputs, name);
  *node.mutable_attribute() = pointwise.node->attribute();
}

void RenderWriter::write_channels(const FromChannels& channels, int number, const std::string& name) {
  auto end = channels.begin + (channels.count * channels.step);
  // Below zero would count from the end.
  if (end < 0) end = std::numeric_limits<std::int64_t>::min() + 1;
  const auto part = slice(read(number, channels.input), kChannelAxis, channels.begin, end, channels.step, name);
  (void)part;
}

void RenderWriter::write_join(const FromJoin& join, int number, const std::string& name) {
  std::vector<std::string> inputs;
  for (const int source : join.inputs) inputs.push_back(read(number, source));
  set_whole(add_node(*model_.mutable_graph(), "Concat", inputs, name), "axis", kChannelAxis);
}

void RenderWriter::write_output() {
  auto& graph = *model_.mutable_graph();
  const auto wave = read(-1, graph_.output);
  add_whole_numbers(graph, "wav_shape", {kAsItIs, -1});
  add_node(graph, "Reshape", {wave, "wav_shape"}, "wav");
}

}  // namespace antiphon::voice_import
