#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "network/program.h"

namespace antiphon::network {

/// Chooses what is computed together, and packs the weights.
class Compiler {
 public:
  Compiler(const Network& network, ProgramOptions options);

  [[nodiscard]] Result<Program> run();

 private:
  using Place = Program::Place;

  /// A convolution whose result has one or two streams added at once.
  struct Fusion {
    std::uint32_t conv = Program::kNone;
    std::uint32_t residual = Program::kNone;
    std::uint32_t addend = Program::kNone;
  };
  /// A stream as another's LeakyReLU and multiple.
  struct Peeled {
    std::uint32_t stream = 0;
    float slope = 1;
    double scale = 1;
  };

  [[nodiscard]] const Stream& stream(std::uint32_t number) const { return network_.streams[number]; }
  [[nodiscard]] std::span<const float> floats(const Tensor& tensor) const;
  void count_uses();
  void find_fusions();
  [[nodiscard]] std::optional<Fusion> fused_with(std::uint32_t number, std::uint32_t conv, std::uint32_t other) const;
  [[nodiscard]] Peeled peel(std::uint32_t number) const;
  /// The positive number by which a map multiplies its only stream.
  [[nodiscard]] std::optional<double> scale_of(const FromMap& map) const;
  [[nodiscard]] bool is_view(std::uint32_t number) const;
  /// Whether the product's operands are a tanh and a sigmoid that nothing else needs; then their operands, in that
  /// order.
  [[nodiscard]] std::optional<std::pair<std::uint32_t, std::uint32_t>> gate_of(std::uint32_t number) const;
  [[nodiscard]] std::vector<std::uint32_t> reads_of(std::uint32_t number) const;
  void find_needed();
  [[nodiscard]] Result<void> refuse_narrow() const;
  [[nodiscard]] Result<void> make_sections();
  [[nodiscard]] Place place_of(std::uint32_t number) const;
  [[nodiscard]] Result<Program::Step> step_of(std::uint32_t number);
  [[nodiscard]] Result<Program::Step> conv_step(std::uint32_t number);
  [[nodiscard]] Result<Program::Step> conv_transpose_step(std::uint32_t number, const FromConvTranspose& conv);
  [[nodiscard]] Program::Step map_step(std::uint32_t number, const FromMap& map);
  [[nodiscard]] Program::MapOperand operand(const Operand& operand, std::uint32_t channels);
  [[nodiscard]] kernel::Method method_for(std::uint32_t taps, std::uint32_t rate) const;
  void make_lines();

  const Network& network_;
  ProgramOptions options_;
  Histories histories_;
  std::vector<std::uint32_t> uses_;
  std::vector<Fusion> fusions_;
  std::vector<char> needed_;
  Program program_;
};

/// Places the lines of a compiled program in its workspace. Error: kUnsupported where that would be too large.
class Layouter {
 public:
  explicit Layouter(Program& program) : program_(program) {}

  [[nodiscard]] Result<void> run();

 private:
  using Place = Program::Place;

  struct Buffer {
    std::size_t stride = 0;
    std::uint32_t line = Program::kNone;  ///< That has it now.
    std::size_t offset = 0;
  };
  struct Read {
    Place place;
    bool in_place = false;   ///< The target may take its buffer.
    std::size_t beyond = 0;  ///< Rows that may be read behind its last one.
  };

  [[nodiscard]] static std::vector<Read> reads_of(const Program::Step& step);
  [[nodiscard]] static std::size_t tile_of(const Program::Step& step);
  void measure();
  void choose_slices();
  void place_section(std::size_t section);
  [[nodiscard]] std::size_t rows_of(std::size_t section) const;

  Program& program_;
  std::vector<std::size_t> tails_;     ///< By section.
  std::vector<std::size_t> last_use_;  ///< Last use of each line: the step of its section.
};

}  // namespace antiphon::network
