#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// For tests: models with the structure of a Piper export, narrow and with random weights.
namespace antiphon::voice_import {

struct ToyVits {
  std::int64_t channels = 6;              ///< Width of prior and flow; even.
  std::int64_t couplings = 2;             ///< Steps of the flow.
  std::int64_t flow_layers = 2;           ///< Convolutions in each.
  std::int64_t decoder_channels = 8;      ///< Before the first upsampling.
  std::vector<std::int64_t> rates{4, 2};  ///< Factors of the upsamplings.
  std::vector<std::int64_t> kernels{8, 4};
  std::vector<std::int64_t> block_kernels{3, 5};
  std::vector<std::vector<std::int64_t>> block_dilations{{1, 2}, {2, 6}};
  bool two_convolutions = false;  ///< In each step of a residual block, as in voices of high quality.
  std::int64_t speakers = 1;      ///< More than one: an input sid that conditions every part.
  bool split_nodes = false;       ///< Split where others slice twice.
  bool odd_renderer = false;      ///< Something in the decoder that cannot be streamed.
  std::uint32_t seed = 1;
};

[[nodiscard]] ToyVits toy_low();   ///< Low and medium quality.
[[nodiscard]] ToyVits toy_high();  ///< High quality.
[[nodiscard]] ToyVits toy_two_speakers();

/// The bytes of FILE.onnx.
[[nodiscard]] std::string toy_model(const ToyVits& shape);

/// Those of FILE.onnx.json: phonemes are the letters a to h.
[[nodiscard]] std::string toy_config(const ToyVits& shape);

}  // namespace antiphon::voice_import
