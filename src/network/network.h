#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "kernel/function.h"
#include "network/error.h"

/// A renderer as a list of streams, which our own kernels compute in grains with carried state.
namespace antiphon::network {

/// Floats of Network::weights.
struct Tensor {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// The rows as they come in, one a frame.
struct FromPrior {
  friend bool operator==(const FromPrior&, const FromPrior&) = default;
};

/// y[t] = bias + sum over j of w[j] * x[t - pad_left + j * dilation], with zeros beyond the segment's ends.
struct FromConv {
  std::uint32_t input = 0;
  std::uint32_t kernel = 1;
  std::uint32_t dilation = 1;
  std::uint32_t pad_left = 0;
  Tensor weights;  ///< [output][input][tap]
  Tensor bias;     ///< [output], or empty.
  friend bool operator==(const FromConv&, const FromConv&) = default;
};

/// y[n] = bias + sum over i of w[n + pad_left - i * stride] * x[i].
struct FromConvTranspose {
  std::uint32_t input = 0;
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t pad_left = 0;
  Tensor weights;  ///< [input][output][tap]
  Tensor bias;     ///< [output], or empty.
  friend bool operator==(const FromConvTranspose&, const FromConvTranspose&) = default;
};

/// What a function is computed of: a stream, or a value that is the same in every sample.
struct Operand {
  enum class Kind : std::uint8_t { kStream, kConstant, kSpeaker };
  Kind kind = Kind::kStream;
  std::uint32_t number = 0;  ///< Number of the stream, or of what the speaker decides (Network::speaker_channels).
  Tensor constant;           ///< One value, or one per channel.
  friend bool operator==(const Operand&, const Operand&) = default;
};

/// Each number from the same one of the operands.
struct FromMap {
  kernel::Function function = kernel::Function::kLeaky;
  float slope = 0;                ///< Slope of kLeaky.
  std::vector<Operand> operands;  ///< One or two, at least one of them a stream.
  friend bool operator==(const FromMap&, const FromMap&) = default;
};

/// So many of the input's channels as this stream has, from `begin` in steps of `step`, which may be negative.
struct FromChannels {
  std::uint32_t input = 0;
  std::uint32_t begin = 0;
  std::int32_t step = 1;
  friend bool operator==(const FromChannels&, const FromChannels&) = default;
};

/// The channels of several streams one after another.
struct FromJoin {
  std::vector<std::uint32_t> inputs;
  friend bool operator==(const FromJoin&, const FromJoin&) = default;
};

struct Stream {
  std::variant<FromPrior, FromConv, FromConvTranspose, FromMap, FromChannels, FromJoin> from;
  std::uint32_t channels = 0;
  std::uint32_t rate = 1;  ///< Samples per frame.
  std::uint32_t lag = 0;   ///< Once r rows have come in, it is computed up to sample r * rate - lag.
  friend bool operator==(const Stream&, const Stream&) = default;
};

struct Network {
  std::vector<Stream> streams;  ///< Each after those that it is made from; the first is the prior.
  std::uint32_t output = 0;     ///< The waveform, of one channel.
  std::vector<std::uint32_t>
      speaker_channels;  ///< Of each tensor that the speaker decides; they are given with a grain.
  std::vector<float> weights;
  friend bool operator==(const Network&, const Network&) = default;
};

/// The streams from which a stream is made, in order.
[[nodiscard]] std::vector<std::uint32_t> sources_of(const Stream& stream);

/// Whether a stream is a function of one other and of steady values. It keeps nothing from grain to grain: it is
/// computed anew of what the other one keeps.
[[nodiscard]] bool is_map_of_one(const Stream& stream);

/// Whether all references, sizes and lags fit each other, so that no computation leaves its buffers.
/// Error: kDamaged.
[[nodiscard]] Result<void> check(const Network& network);

/// What is kept of each stream from grain to grain.
struct Histories {
  std::vector<std::uint32_t> root;     ///< By number: itself, or the one of which it is computed anew.
  std::vector<std::uint32_t> samples;  ///< Number of samples of the root, before the new ones.
  std::uint64_t state_floats = 0;
};

/// Of a checked network.
[[nodiscard]] Histories histories_of(const Network& network);

}  // namespace antiphon::network
