#include "network/program.h"

#include "base/check.h"
#include "kernel/rows.h"

namespace antiphon::network {

std::uint32_t Program::target_of(const Step& step) {
  return std::visit([](const auto& known) { return known.target; }, step);
}

std::size_t Program::weight_floats() const {
  std::size_t sum = 0;
  for (const auto& section : sections_) {
    for (const auto& step : section.steps) {
      if (const auto* conv = std::get_if<ConvStep>(&step)) sum += kernel::padded(conv->conv.weight_floats());
      if (const auto* conv = std::get_if<ConvTransposeStep>(&step))
        sum += kernel::padded(conv->conv.phases().weight_floats());
    }
  }
  return sum;
}

void Program::move_weights(std::span<float> memory) {
  ANTIPHON_CHECK(memory.size() >= weight_floats(), "too little memory for the weights");
  float* to = memory.data();
  for (auto& section : sections_) {
    for (auto& step : section.steps) {
      if (auto* conv = std::get_if<ConvStep>(&step)) {
        conv->conv.move_weights(to);
        to += kernel::padded(conv->conv.weight_floats());
      }
      if (auto* conv = std::get_if<ConvTransposeStep>(&step)) {
        conv->conv.move_weights(to);
        to += kernel::padded(conv->conv.phases().weight_floats());
      }
    }
  }
}

}  // namespace antiphon::network
