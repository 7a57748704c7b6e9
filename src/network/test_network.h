#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "network/network.h"

/// What the tests of this module share: random networks, and their waves in double precision.
namespace antiphon::network {

/// Builds a network stream by stream, each with the least lag and with weights that keep noise about as loud.
class Builder {
 public:
  explicit Builder(std::uint32_t seed) : random_(seed) {}

  std::uint32_t prior(std::uint32_t channels);
  /// Pads evenly, so that the kernel's middle is the sample itself.
  std::uint32_t conv(std::uint32_t input, std::uint32_t channels, std::uint32_t kernel, std::uint32_t dilation = 1);
  std::uint32_t conv_transpose(std::uint32_t input, std::uint32_t channels, std::uint32_t kernel, std::uint32_t stride);
  std::uint32_t map(kernel::Function function, std::uint32_t input, float slope = 0);
  std::uint32_t map(kernel::Function function, std::uint32_t a, std::uint32_t b);
  /// With one value for all, or one for each channel.
  std::uint32_t map_constant(kernel::Function function, std::uint32_t input, const std::vector<float>& values);
  std::uint32_t add_speaker(std::uint32_t input);
  std::uint32_t part(std::uint32_t input, std::uint32_t begin, std::uint32_t count, std::int32_t step = 1);
  std::uint32_t join(const std::vector<std::uint32_t>& inputs);
  Network build(std::uint32_t output);

  [[nodiscard]] const Stream& stream(std::uint32_t number) const { return network_.streams[number]; }
  [[nodiscard]] std::uint32_t pick(std::uint32_t least, std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(least, most)(random_);
  }

 private:
  std::uint32_t append(Stream stream);
  Tensor weights(std::uint64_t count, double scale);

  std::mt19937 random_;
  Network network_;
};

struct RandomNetworkOptions {
  bool speakers = false;
  bool wide = false;  ///< Channels in whole blocks, as voices have them.
};

/// The structure of a Piper voice's renderer: couplings of a flow with gated layers, and a HiFi-GAN of random rates,
/// kernels, dilations and channels.
[[nodiscard]] Network random_network(std::uint32_t seed, const RandomNetworkOptions& options = {});

/// Of a whole segment, in double precision.
[[nodiscard]] std::vector<double> reference(const Network& network, std::span<const float> prior,
                                            std::span<const std::span<const float>> speaker);

/// Frames after which each stream has what it keeps.
[[nodiscard]] std::uint32_t first_frames(const Network& network);

}  // namespace antiphon::network
