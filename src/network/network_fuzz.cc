#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "network/codec.h"
#include "network/execution.h"

namespace {

using namespace antiphon::network;

/// A grain in the middle of a segment and one that is a whole one.
void render(const Program& program) {
  Workspace workspace(program);
  const std::vector<float> prior(program.prior_channels(), 1.0F);
  std::vector<std::vector<float>> values;
  std::vector<std::span<const float>> speaker;
  for (const auto channels : program.speaker_channels()) values.emplace_back(channels, 0.5F);
  for (const auto& value : values) speaker.emplace_back(value);
  const std::vector<float> state(program.state_floats(), 0.25F);
  std::vector<float> next(program.state_floats());
  for (const bool whole : {true, false}) {
    Grain grain{.begins = whole, .ends = whole, .prior = prior, .speaker = speaker};
    if (!whole) {
      grain.state = state;
      grain.next_state = next;
    }
    std::vector<float> wave(samples_of(program, grain));
    grain.wave = wave;
    run(program, workspace, grain);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto network = decode(std::as_bytes(std::span(data, size)));
  if (!network) return 0;
  constexpr double kMostOperations = 1e8;  // Of a frame, so that no input takes long.
  const auto program =
      Program::compile(*network, options_for(antiphon::kernel::InstructionSet::kPortable, Methods::kFast));
  if (program && program->operations_per_frame() < kMostOperations) render(*program);
  return 0;
}
