#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "voice/grain_layout.h"
#include "voice_import/error.h"

/// Cuts a VITS graph as Piper exports it into its two phases: the plan, and the rendering in grains with carried state.
/// The parts are found by structure, since names and the number of stages differ between exports.
namespace antiphon::voice_import {

/// What one grain leaves to the next: float32 [1, channels, 1, length].
struct State {
  std::uint32_t channels = 0;
  std::uint32_t length = 0;
};

/// Serialised ONNX models. The render models keep their large tensors in one file beside them, `weights`.
struct Parts {
  std::string plan;
  std::string single;
  std::string first;   ///< Empty where not windowed, as are middle and last.
  std::string middle;  ///< Inputs s0, s1, ... and outputs o0, o1, ... carry the states; first and last have one side.
  std::string last;
  std::string weights;
  std::string network;             ///< The same renderer for our own kernels (network/codec.h), or empty.
  std::string speaker;             ///< What of it the speaker decides; empty where nothing is.
  std::string no_network_because;  ///< What the kernels do not have; empty where there is a network.
  std::vector<State> states;
  voice::GrainGeometry geometry;
  std::string not_windowed_because;  ///< What was not recognised; empty where geometry.windowed.
  std::uint32_t prior_channels = 0;
  std::int64_t phonemes = 0;   ///< That the model knows; 0 where that was not recognised.
  std::int64_t speakers = 0;   ///< The same of speakers; 0 also where it has one and no input for it.
  bool speaker_input = false;  ///< The models have an input sid int64[1].
};

struct Options {
  std::uint32_t grain_frames = 18;
  std::string weights_file = "render.weights";  ///< Under which name the render models look for their weights.
};

/// Reads a model of at most 1 GiB. Errors: kModelInvalid; kModelUnsupported where the plan cannot be told from the
/// rendering. A renderer of unknown structure is no error: it is kept whole, to render a segment in one grain.
[[nodiscard]] Result<Parts> operate(std::string_view model, const Options& options);

/// How much of the original a reference model computes.
enum class Reference : std::uint8_t {
  kWhole,           ///< Inputs noise_dp float[1,2,P] and noise float[1,C,T] in place of the random numbers.
  kGivenDurations,  ///< Inputs durations float[1,1,P] and noise: for a segment of any length.
};

/// The original model, uncut and unchanged, but for its random numbers, which become inputs. Errors as operate().
[[nodiscard]] Result<std::string> reference_model(std::string_view model, Reference kind);

}  // namespace antiphon::voice_import
