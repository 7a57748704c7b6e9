#include "engine/hibari/pulses.h"

#include <algorithm>

#include "engine/hibari/arithmetic.h"

namespace antiphon::engine::hibari {
namespace {

constexpr float kLeastPitch = 40.0F;
constexpr float kHighestHarmonic = 11'000.0F;

using Samples = std::array<float, kHop>;

/// Linear between the middles of frames.
void interpolate(const std::array<float, 3>& pitches, Samples& out) {
  constexpr std::size_t kHalf = kHop / 2;
  for (std::size_t i = 0; i < kHop; ++i) {
    const float from = i < kHalf ? pitches[0] : pitches[1];
    const float to = i < kHalf ? pitches[1] : pitches[2];
    const float place = (static_cast<float>(i) + 0.5F) / static_cast<float>(kHop) + (i < kHalf ? 0.5F : -0.5F);
    out[i] = from * (1.0F - place) + to * place;
  }
}

}  // namespace

void fill_pulses(const std::array<float, 3>& pitches, double& phase, std::span<float, kHop> out) {
  // The sum of cos(h t) for h = 1 to H is sin((H + 1/2) t) / (2 sin(t / 2)) - 1/2, whose limit at t = 0 is H.
  constexpr float kNearZero = 2e-3F;
  Samples pitch{};
  Samples turns{};
  interpolate(pitches, pitch);
  for (std::size_t i = 0; i < kHop; ++i) {
    phase += static_cast<double>(std::max(pitch[i], kLeastPitch)) / kSampleRate;
    if (phase >= 1) phase -= 1;
    turns[i] = static_cast<float>(phase);
  }
  for (std::size_t i = 0; i < kHop; ++i) {
    const float voiced = std::max(pitch[i], kLeastPitch);
    const float quotient = kHighestHarmonic / voiced;
    const float rounded = nearest(quotient);
    const float harmonics = (rounded > quotient ? rounded - 1.0F : rounded) + 0.5F;
    const float below = 2.0F * sine_of_turns(0.5F * turns[i]);
    const float size = below < 0 ? -below : below;
    const float above = sine_of_turns(harmonics * turns[i]);
    const float sum = size <= kNearZero ? harmonics : above / (size <= kNearZero ? 1.0F : below);
    out[i] = pitch[i] > kLeastPitch ? sum - 0.5F : 0.0F;
  }
}

}  // namespace antiphon::engine::hibari
