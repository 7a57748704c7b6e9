#include "voice_import/convolution.h"

#include <algorithm>
#include <optional>

#include "voice_import/tensors.h"

namespace antiphon::voice_import {
namespace {

/// Far above what any voice has, and small enough that no sum or product of a few overflows.
constexpr std::int64_t kMostSize = 65'536;
constexpr std::int64_t kMostKernel = 4'096;

bool within(std::int64_t value, std::int64_t least, std::int64_t most) { return value >= least && value <= most; }

/// The only item of a list attribute, or `otherwise` where there is none; -1 where there are several.
std::int64_t only_item(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise) {
  const auto list = list_attribute(node, name);
  if (list.empty()) return otherwise;
  return list.size() == 1 ? list[0] : -1;
}

bool bias_fits(const GraphIndex& index, const onnx::NodeProto& node, std::int64_t channels) {
  if (node.input_size() < 3 || node.input(2).empty()) return true;
  const auto* bias = index.constant(node.input(2));
  return bias != nullptr && holds_floats(*bias) && bias->dims_size() == 1 && bias->dims(0) == channels;
}

/// As far as constants tell. `depth` bounds the way back.
std::optional<std::int64_t> channels_of(const GraphIndex& index, const std::string& tensor, int depth) {
  const auto* node = index.producer(tensor);
  if (node == nullptr || depth == 0 || node->input_size() == 0) return std::nullopt;
  if (node->op_type() == "Conv") {
    const auto shape = convolution_of(index, *node);
    return shape ? std::optional(shape->weights[0]) : std::nullopt;
  }
  if (node->op_type() == "Split") {
    auto sizes = list_attribute(*node, "split");
    if (const auto* given = node->input_size() > 1 ? index.constant(node->input(1)) : nullptr; given != nullptr) {
      sizes = whole_numbers(*given).value_or(std::vector<std::int64_t>{});
    }
    const auto place = std::ranges::find(node->output(), tensor) - node->output().begin();
    if (place < std::ssize(sizes)) return sizes[static_cast<std::size_t>(place)];
    const auto whole = channels_of(index, node->input(0), depth - 1);
    return whole ? std::optional(*whole / node->output_size()) : std::nullopt;
  }
  if (node->op_type() == "Mul" || node->op_type() == "Add") return channels_of(index, node->input(0), depth - 1);
  return std::nullopt;
}

}  // namespace

Result<Convolution> convolution_of(const GraphIndex& index, const onnx::NodeProto& node) {
  const auto odd = [&](const char* what) { return unsupported(node.op_type() + " " + node.name() + " " + what); };
  if (node.input_size() < 2 || node.output_size() != 1) return odd("lacks an operand");
  const auto* weights = index.constant(node.input(1));
  if (weights == nullptr || !holds_floats(*weights)) return odd("has computed weights, or not of float32");
  if (weights->dims_size() != 3) return odd("is not of one dimension");
  const auto* automatic = attribute(node, "auto_pad", onnx::AttributeProto::STRING);
  if (automatic != nullptr && automatic->s() != "NOTSET") return odd("pads by itself");
  Convolution shape;
  std::ranges::copy(weights->dims(), shape.weights.begin());
  shape.kernel = shape.weights[2];
  shape.dilation = only_item(node, "dilations", 1);
  shape.stride = only_item(node, "strides", 1);
  shape.group = whole_attribute(node, "group", 1);
  const auto pads = list_attribute(node, "pads");
  if (pads.size() == 2) {
    shape.pad_left = pads[0];
    shape.pad_right = pads[1];
  } else if (!pads.empty()) {
    return odd("pads more than one dimension");
  }
  const bool sane = within(shape.weights[0], 1, kMostSize) && within(shape.weights[1], 1, kMostSize) &&
                    within(shape.kernel, 1, kMostKernel) && within(shape.dilation, 1, kMostKernel) &&
                    within(shape.stride, 1, kMostKernel) && within(shape.group, 1, kMostSize) &&
                    within(shape.pad_left, 0, kMostSize) && within(shape.pad_right, 0, kMostSize) &&
                    shape.weights[0] % shape.group == 0 &&
                    only_item(node, "kernel_shape", shape.kernel) == shape.kernel;
  if (!sane) return odd("has an impossible size");
  const auto outputs = node.op_type() == "Conv" ? shape.weights[0] : shape.weights[1] * shape.group;
  if (!bias_fits(index, node, outputs)) return odd("has an odd bias");
  return shape;
}

Result<std::int64_t> prior_channels(const GraphIndex& index, const Seam& seam) {
  constexpr int kMostSteps = 8;
  const auto channels = channels_of(index, seam.mean.name, kMostSteps);
  if (!channels || !within(*channels, 1, kMostSize)) return unsupported("the channels of the prior cannot be told");
  return *channels;
}

}  // namespace antiphon::voice_import
