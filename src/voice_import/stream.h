#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "voice_import/graph_index.h"
#include "voice_import/seam.h"

/// The renderer as a stream: what is computed of the prior, one tensor after another, each with a fixed number of
/// samples per frame. From it every kind of grain is written.
namespace antiphon::voice_import {

/// The rows as they come in.
struct FromPrior {};

/// y[i] = sum over j of weight[j] * x[i - pad_left + j * dilation]; as long as x, with zeros beyond its ends.
struct FromConv {
  int input = 0;
  const onnx::NodeProto* node = nullptr;
  std::int64_t kernel = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_left = 0;
  std::int64_t pad_right = 0;
};

/// A transposed convolution with `stride` outputs for each input.
struct FromConvTranspose {
  int input = 0;
  const onnx::NodeProto* node = nullptr;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t pad_left = 0;
  std::int64_t pad_right = 0;
  std::int64_t output_padding = 0;
};

/// What a pointwise operation takes besides streams: the same value in every sample.
struct Steady {
  std::string
      tensor;  ///< Name of a tensor of the original graph, one value or one per channel; empty where `value` counts.
  float value = 0;
  bool constant = true;  ///< False where it is computed from the speaker.
};
using Operand = std::variant<int, Steady>;  ///< A stream's number, or a steady value.

/// Each sample from the same sample of its operands, in the order of the node's inputs.
struct FromPointwise {
  const onnx::NodeProto* node = nullptr;
  std::vector<Operand> operands;
};

/// `count` channels, from `begin` in steps of `step`, which may be negative.
struct FromChannels {
  int input = 0;
  std::int64_t begin = 0;
  std::int64_t count = 0;
  std::int64_t step = 1;
};

/// The channels of several streams one after another.
struct FromJoin {
  std::vector<int> inputs;
};

struct Stream {
  std::variant<FromPrior, FromConv, FromConvTranspose, FromPointwise, FromChannels, FromJoin> from;
  std::int64_t channels = 0;
  std::int64_t rate = 1;  ///< Samples per frame.
};

struct StreamGraph {
  std::vector<Stream> streams;  ///< Each after those that it is made from; the first is the prior.
  int output = 0;               ///< The waveform, of one channel.
  TensorNames steady;           ///< Tensors computed from the speaker, or from constants, that streams take.
};

/// The streams from which a stream is made, in order.
[[nodiscard]] std::vector<int> sources_of(const Stream& stream);

/// Errors: kModelUnsupported with the node or tensor that does not fit.
[[nodiscard]] Result<StreamGraph> read_streams(const GraphIndex& index, const Seam& seam);

}  // namespace antiphon::voice_import
