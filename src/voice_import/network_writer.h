#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "network/network.h"
#include "voice_import/schedule.h"
#include "voice_import/stream.h"

namespace antiphon::voice_import {

/// Writes the renderer for our own kernels, under the schedule by which the render graphs were written.
class NetworkWriter {
 public:
  NetworkWriter(const GraphIndex& index, const StreamGraph& graph, const Schedule& schedule)
      : index_(index), graph_(graph), schedule_(schedule) {}

  /// Error: kModelUnsupported with the operation that the kernels do not have.
  [[nodiscard]] Result<network::Network> write();

  /// The tensors of the original that only the speaker decides, in the order of network::Network::speaker_channels.
  [[nodiscard]] const std::vector<std::string>& speaker_tensors() const { return speaker_tensors_; }

 private:
  [[nodiscard]] std::uint32_t number_of(int stream) const { return numbers_[static_cast<std::size_t>(stream)]; }
  [[nodiscard]] Result<network::Stream> stream_of(int number);
  [[nodiscard]] Result<network::FromConv> conv_of(const FromConv& conv);
  [[nodiscard]] Result<network::FromConvTranspose> conv_transpose_of(const FromConvTranspose& conv);
  [[nodiscard]] Result<network::FromMap> map_of(const FromPointwise& pointwise, std::int64_t channels);
  [[nodiscard]] network::Operand operand_of(const Operand& operand, std::int64_t channels);
  [[nodiscard]] network::Operand constant(float value);
  [[nodiscard]] network::Tensor place(const std::string& tensor);
  /// The weights and the bias of a convolution. Error: kModelUnsupported where it has groups.
  [[nodiscard]] Result<std::pair<network::Tensor, network::Tensor>> weights_of(const onnx::NodeProto& node);

  const GraphIndex& index_;
  const StreamGraph& graph_;
  const Schedule& schedule_;
  network::Network network_;
  std::vector<std::uint32_t> numbers_;  ///< Numbers of the live streams in the network.
  std::unordered_map<std::string, network::Tensor> placed_;
  std::vector<std::string> speaker_tensors_;
};

/// sid -> the tensors, named t0, t1, ..., each as a vector.
[[nodiscard]] std::string speaker_model(const onnx::ModelProto& original, const GraphIndex& index,
                                        const std::vector<std::string>& tensors);

}  // namespace antiphon::voice_import
