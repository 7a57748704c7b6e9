#include "voice_import/whole.h"

#include "voice_import/convolution.h"
#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

constexpr auto kFloat = onnx::TensorProto::FLOAT;

/// The frame masks that the renderer takes.
TensorNames masks_of(const GraphIndex& index, const Seam& seam, const std::string& output) {
  TensorNames masks;
  for (const auto* node : index.ancestors({output}, {seam.prior})) {
    for (const auto& input : node->input()) {
      if (is_frame_mask(index, input)) masks.insert(input);
    }
  }
  return masks;
}

/// Makes the prior of the rows, and the mask of their number.
void add_beginnings(onnx::GraphProto& graph) {
  set_list(add_node(graph, "Transpose", {"prior"}, "prior_columns"), "perm", {0, 2, 1});
  add_node(graph, "Shape", {"prior"}, "prior_shape");
  add_whole_numbers(graph, "one", {1});
  add_node(graph, "Gather", {"prior_shape", "one"}, "frames");
  set_whole(add_node(graph, "Concat", {"one", "one", "frames"}, "mask_shape"), "axis", 0);
  auto& mask = *add_node(graph, "ConstantOfShape", {"mask_shape"}, "mask").add_attribute();
  mask.set_name("value");
  mask.set_type(onnx::AttributeProto::TENSOR);
  mask.mutable_t()->set_data_type(kFloat);
  mask.mutable_t()->add_dims(1);
  mask.mutable_t()->add_float_data(1.0F);
}

Result<std::int64_t> hop_of(const GraphIndex& index, const Seam& seam, const std::string& output) {
  constexpr std::int64_t kMostHop = 65'536;
  std::int64_t hop = 1;
  for (const auto* node : index.ancestors({output}, {seam.prior})) {
    if (node->op_type() != "ConvTranspose") continue;
    const auto shape = convolution_of(index, *node);
    if (!shape) return std::unexpected(shape.error());
    hop *= shape->stride;
    if (hop > kMostHop) return unsupported("a frame has too many samples");
  }
  return hop;
}

}  // namespace

Result<Whole> whole_renderer(const onnx::ModelProto& original, const GraphIndex& index, const Seam& seam,
                             Weights& weights) {
  if (original.graph().output_size() == 0) return unsupported("the graph has no output");
  const auto& output = original.graph().output(0).name();
  const auto channels = prior_channels(index, seam);
  if (!channels) return std::unexpected(channels.error());
  const auto hop = hop_of(index, seam, output);
  if (!hop) return std::unexpected(hop.error());

  std::map<std::string, std::string, std::less<>> given{{seam.prior, "prior_columns"}};
  for (const auto& mask : masks_of(index, seam, output)) given.emplace(mask, "mask");
  auto model = model_like(original);
  auto& graph = *model.mutable_graph();
  describe(*graph.add_input(), "prior", kFloat, {"1", "frames", std::to_string(*channels)});
  add_beginnings(graph);
  const Cut cut(index, std::move(given));
  for (const auto& input : cut.copy({output}, graph)) {
    if (input != "sid") return unsupported("the renderer depends on " + input + " other than by the prior");
  }
  if (index.is_input("sid")) describe(*graph.add_input(), "sid", onnx::TensorProto::INT64, {"1"});
  for (auto& tensor : *graph.mutable_initializer()) {
    const auto* values = tensor.name().starts_with("m/") ? index.constant(tensor.name().substr(2)) : nullptr;
    if (values == nullptr || !holds_floats(*values)) continue;
    onnx::TensorProto placed;
    placed.set_name(tensor.name());
    weights.place(*values, {values->dims().begin(), values->dims().end()}, placed);
    tensor = std::move(placed);
  }
  add_whole_numbers(graph, "wav_shape", {1, -1});
  add_node(graph, "Reshape", {cut.name_of(output), "wav_shape"}, "wav");
  describe(*graph.add_output(), "wav", kFloat, {"1", "samples"});
  return Whole{.model = model.SerializeAsString(), .hop = *hop, .channels = *channels};
}

}  // namespace antiphon::voice_import
