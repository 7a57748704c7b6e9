#include <algorithm>
#include <string>

#include "kernel/conv_transpose1d.h"
#include "network/network.h"

namespace antiphon::network {
namespace {

constexpr std::size_t kMostStreams = 4'096;
constexpr std::size_t kMostOperands = 64;
constexpr std::uint32_t kMostChannels = 4'096;
constexpr std::uint32_t kMostRate = 65'536;
constexpr std::uint64_t kMostLagFrames = 4'096;
constexpr std::uint64_t kMostStateFloats = 1U << 24U;
/// Of all kernels together, each counted as often as it is used, since it is packed as often.
constexpr std::uint64_t kMostKernelFloats = 1U << 27U;

class Checker {
 public:
  explicit Checker(const Network& network) : network_(network) {}

  Result<void> run() {
    const auto& streams = network_.streams;
    if (streams.empty() || streams.size() > kMostStreams) return damaged("no streams, or too many");
    if (network_.speaker_channels.size() > kMostStreams) return damaged("too many tensors of the speaker");
    for (const auto channels : network_.speaker_channels) {
      if (channels < 1 || channels > kMostChannels) return damaged("a tensor of the speaker of an impossible size");
    }
    std::uint64_t kernel_floats = 0;
    for (std::uint32_t i = 0; i < streams.size(); ++i) {
      number_ = i;
      if (const auto* conv = std::get_if<FromConv>(&streams[i].from)) kernel_floats += conv->weights.count;
      if (const auto* conv = std::get_if<FromConvTranspose>(&streams[i].from)) kernel_floats += conv->weights.count;
      if (!fits(streams[i])) return damaged("stream " + std::to_string(i) + " contradicts the others or itself");
    }
    if (kernel_floats > kMostKernelFloats) return damaged("kernels of impossible size");
    if (network_.output >= streams.size() || streams[network_.output].channels != 1) {
      return damaged("the output is not one channel");
    }
    if (histories_of(network_).state_floats > kMostStateFloats) return damaged("the state is too large");
    return {};
  }

 private:
  [[nodiscard]] bool fits(const Stream& stream) const {
    const bool prior = std::holds_alternative<FromPrior>(stream.from);
    if (prior != (number_ == 0) || (prior && (stream.rate != 1 || stream.lag != 0))) return false;
    if (stream.channels < 1 || stream.channels > kMostChannels) return false;
    if (stream.rate < 1 || stream.rate > kMostRate || stream.lag > kMostLagFrames * stream.rate) return false;
    return std::visit([&](const auto& from) { return fits(stream, from); }, stream.from);
  }

  /// The stream of that number where it stands before this one and has this one's rate; else null.
  [[nodiscard]] const Stream* source(const Stream& stream, std::uint32_t number) const {
    if (number >= number_) return nullptr;
    const auto& found = network_.streams[number];
    return found.rate == stream.rate && found.lag <= stream.lag ? &found : nullptr;
  }

  [[nodiscard]] bool holds(const Tensor& tensor, std::uint64_t count) const {
    const auto size = network_.weights.size();
    return tensor.count == count && tensor.offset <= size && tensor.count <= size - tensor.offset;
  }
  [[nodiscard]] bool holds_bias(const Tensor& tensor, std::uint64_t count) const {
    return tensor.count == 0 ? tensor.offset == 0 : holds(tensor, count);
  }

  [[nodiscard]] bool fits(const Stream& /*stream*/, const FromPrior& /*prior*/) const { return true; }

  [[nodiscard]] bool fits(const Stream& stream, const FromConv& conv) const {
    const auto* from = source(stream, conv.input);
    if (from == nullptr) return false;
    const kernel::ConvShape shape{
        .inputs = from->channels, .outputs = stream.channels, .kernel = conv.kernel, .dilation = conv.dilation};
    if (!kernel::check_shape(shape)) return false;
    const auto reach = (conv.kernel - 1) * conv.dilation;
    return conv.pad_left <= reach && stream.lag - from->lag >= reach - conv.pad_left &&
           holds(conv.weights, std::uint64_t{shape.inputs} * shape.outputs * shape.kernel) &&
           holds_bias(conv.bias, stream.channels);
  }

  [[nodiscard]] bool fits(const Stream& stream, const FromConvTranspose& conv) const {
    if (conv.input >= number_) return false;
    const auto& from = network_.streams[conv.input];
    const kernel::ConvTransposeShape shape{
        .inputs = from.channels, .outputs = stream.channels, .kernel = conv.kernel, .stride = conv.stride};
    if (!kernel::check_shape(shape)) return false;
    return conv.pad_left < conv.kernel && stream.rate == std::uint64_t{from.rate} * conv.stride &&
           stream.lag == (std::uint64_t{from.lag} * conv.stride) + conv.pad_left &&
           holds(conv.weights, std::uint64_t{shape.inputs} * shape.outputs * shape.kernel) &&
           holds_bias(conv.bias, stream.channels);
  }

  [[nodiscard]] bool fits(const Stream& stream, const Operand& operand) const {
    switch (operand.kind) {
      case Operand::Kind::kStream: {
        const auto* from = source(stream, operand.number);
        return from != nullptr && from->channels == stream.channels;
      }
      case Operand::Kind::kConstant:
        return holds(operand.constant, 1) || holds(operand.constant, stream.channels);
      case Operand::Kind::kSpeaker:
        return operand.number < network_.speaker_channels.size() &&
               network_.speaker_channels[operand.number] == stream.channels;
    }
    return false;  // No kind at all.
  }

  [[nodiscard]] bool fits(const Stream& stream, const FromMap& map) const {
    const bool known = std::ranges::find(kernel::kFunctions, map.function) != kernel::kFunctions.end();
    if (!known || map.operands.size() != (kernel::takes_two(map.function) ? 2U : 1U)) return false;
    if (!(map.slope >= 0 && map.slope <= 1)) return false;
    bool of_streams = false;
    for (const auto& operand : map.operands) {
      if (!fits(stream, operand)) return false;
      of_streams |= operand.kind == Operand::Kind::kStream;
    }
    if (!of_streams) return false;
    return !is_map_of_one(stream) || network_.streams[sources_of(stream).front()].lag == stream.lag;
  }

  [[nodiscard]] bool fits(const Stream& stream, const FromChannels& part) const {
    const auto* from = source(stream, part.input);
    if (from == nullptr) return false;
    const auto last = std::int64_t{part.begin} + (std::int64_t{stream.channels} - 1) * part.step;
    return part.step != 0 && part.begin < from->channels && last >= 0 && last < from->channels;
  }

  [[nodiscard]] bool fits(const Stream& stream, const FromJoin& join) const {
    if (join.inputs.empty() || join.inputs.size() > kMostOperands) return false;
    std::uint64_t channels = 0;
    for (const auto input : join.inputs) {
      const auto* from = source(stream, input);
      if (from == nullptr) return false;
      channels += from->channels;
    }
    return channels == stream.channels;
  }

  const Network& network_;
  std::uint32_t number_ = 0;
};

}  // namespace

Result<void> check(const Network& network) { return Checker(network).run(); }

}  // namespace antiphon::network
