#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "kernel/conv1d.h"
#include "kernel/conv_transpose1d.h"
#include "kernel/projection.h"
#include "network/network.h"

namespace antiphon::network {

/// By which methods convolutions are computed.
enum class Methods : std::uint8_t {
  kDirect,
  kFast,  ///< By Toom-Cook where the kernel fits one of its schemes.
};

/// The first method that fits a kernel is taken, and the direct one where none does.
using Preferences = std::vector<kernel::Method>;

struct ProgramOptions {
  kernel::InstructionSet set = kernel::InstructionSet::kPortable;
  Preferences frames;   ///< At the rate of frames: few rows and many weights, whose errors all that follows magnifies.
  Preferences samples;  ///< At higher rates.
};

/// What was measured to be fast and exact enough (docs/kernels.md).
[[nodiscard]] ProgramOptions options_for(kernel::InstructionSet set, Methods methods);

/// A network, compiled: what is computed one after another, with packed weights, and where each stream lies. What
/// follows a convolution or goes before it is computed with it where possible. Immutable, so any number of threads may
/// run it, each with a Workspace of its own.
class Program {
 public:
  /// `network` has passed check(). Error: kUnsupported.
  [[nodiscard]] static Result<Program> compile(const Network& network, const ProgramOptions& options);

  [[nodiscard]] std::uint32_t prior_channels() const { return lines_[0].channels; }
  [[nodiscard]] std::uint32_t hop() const { return lines_[output_].rate; }
  [[nodiscard]] std::uint32_t delay_samples() const { return lines_[output_].lag; }
  [[nodiscard]] std::uint64_t state_floats() const { return state_floats_; }
  /// Of what the speaker decides, in order.
  [[nodiscard]] const std::vector<std::uint32_t>& speaker_channels() const { return speaker_channels_; }
  /// Of all packed weights, each from a cache line on.
  [[nodiscard]] std::size_t weight_floats() const;
  /// Copies the weights, in the order in which they are used, to `memory`, which begins at a cache line, has
  /// weight_floats() and outlives the program. A caller can so have them in memory that is faster to read through.
  void move_weights(std::span<float> memory);
  /// Multiplications and additions of the direct method for one frame.
  [[nodiscard]] double operations_per_frame() const { return operations_; }

 private:
  friend class Compiler;
  friend class Layouter;
  friend class Workspace;
  friend class Execution;

  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// The samples of a stream in the workspace: `front` rows, which some methods read without using them; the kept ones;
  /// the new ones of a slice; and room for zeros beyond the segment's end and for unfinished tiles.
  struct Line {
    std::uint32_t channels = 0;
    std::uint32_t rate = 1;
    std::uint32_t lag = 0;
    std::uint32_t history = 0;
    std::uint32_t section = 0;
    std::size_t stride = 0;  ///< 1 of a stream of one channel.
    bool used = false;
    bool keeps = false;        ///< Its history goes from grain to grain.
    bool recomputed = false;   ///< Its history is computed anew each time.
    bool lasts = false;        ///< No other line may take its place within a slice.
    std::size_t zero = 0;      ///< Float of the workspace where its first new row lies.
    std::size_t capacity = 0;  ///< New rows, and what may follow them.
  };

  /// A stream, or some of its channels.
  struct Place {
    std::uint32_t line = kNone;
    std::uint32_t channel = 0;
  };

  struct ConvStep {
    kernel::Conv1d conv;
    Place source;
    std::uint32_t target = 0;
    Place residual;  ///< Place of the line that is added; of no line: nothing is.
    Place addend;
    float input_slope = 1;
    std::uint32_t pad_left = 0;
  };
  struct ConvTransposeStep {
    kernel::ConvTranspose1d conv;
    Place source;
    std::uint32_t target = 0;
    float input_slope = 1;
    std::uint32_t pad_left = 0;
  };
  struct ProjectionStep {
    kernel::Projection projection;
    Place source;
    std::uint32_t target = 0;
    float input_slope = 1;
    std::uint32_t pad_left = 0;
  };
  struct MapOperand {
    Operand::Kind kind = Operand::Kind::kStream;
    Place place;
    std::uint32_t number = 0;  ///< Number of a constant or of what the speaker decides.
  };
  struct MapStep {
    kernel::Function function = kernel::Function::kLeaky;
    float slope = 1;
    MapOperand a;
    MapOperand b;
    std::uint32_t target = 0;
  };
  /// Copies channels, one part after another.
  struct CopyStep {
    struct Part {
      Place source;
      std::int32_t step = 1;
      std::uint32_t channels = 0;
    };
    std::vector<Part> parts;
    std::uint32_t target = 0;
  };
  using Step = std::variant<ConvStep, ConvTransposeStep, ProjectionStep, MapStep, CopyStep>;

  /// The streams of one rate. A section's slice runs through all of it, and for each piece of that the sections behind
  /// it run, so that what was just computed is still in the cache when it is read.
  struct Section {
    std::uint32_t rate = 1;
    std::uint32_t stride = 1;  ///< Samples for one of the section before.
    std::vector<Step> steps;
    std::size_t slice = 0;  ///< Samples at once of the section before; of the first, frames.
  };

  Program() = default;
  [[nodiscard]] static std::uint32_t target_of(const Step& step);

  std::vector<Line> lines_;  ///< By the streams' numbers.
  std::vector<Section> sections_;
  std::vector<kernel::AlignedFloats> constants_;
  std::vector<std::uint32_t> speaker_channels_;
  std::uint32_t output_ = 0;
  const kernel::KernelTable* kernels_ = nullptr;
  std::size_t workspace_floats_ = 0;
  std::size_t scratch_floats_ = 0;
  std::size_t front_ = 0;  ///< Rows of every line.
  std::uint64_t state_floats_ = 0;
  double operations_ = 0;
};

}  // namespace antiphon::network
