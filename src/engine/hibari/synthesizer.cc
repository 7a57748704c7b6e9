#include "engine/hibari/synthesizer.h"

#include <algorithm>
#include <cstdint>
#include <numbers>

#include "engine/hibari/arithmetic.h"

namespace antiphon::engine::hibari {
namespace {

constexpr std::size_t kHalf = kWindow / 2;
constexpr std::size_t kBlocks = kWindow / kHop;  ///< Blocks of kHop samples in a window.

/// A cosine of amplitude 1 has this height in the transform of a window.
constexpr float kHarmonicScale = 4.0F / static_cast<float>(kWindow);
/// kissfft's inverse is so many times too large.
constexpr float kInverseScale = 1.0F / static_cast<float>(kWindow);

float gain_of(float logarithm) {
  constexpr float kMost = 7.0F;  // As the model was trained.
  return exponential(logarithm > kMost ? kMost : logarithm);
}

}  // namespace

Synthesizer::Synthesizer() {
  // Through the sine of quarter turns, which is the same on every machine.
  for (std::size_t i = 0; i < kWindow; ++i) {
    const float cosine = cosine_of_turns(static_cast<float>(i) / static_cast<float>(kWindow));
    window_[i] = 0.5F - 0.5F * cosine;
  }
}

void Synthesizer::add(const Frame& frame, Carried& carried, std::vector<float>& wave) {
  excite(frame, carried);
  shape(frame);
  transform_.inverse(spectrum_, samples_);
  for (std::size_t i = 0; i < kWindow; ++i) samples_[i] *= window_[i] * kInverseScale;
  for (std::size_t i = 0; i < carried.sum.size(); ++i) samples_[i] += carried.sum[i];
  const auto number = std::size_t{frame.noise.frame};
  // The frame's window begins two blocks before it.
  const std::size_t blocks = frame.last ? number + 1 : SIZE_MAX;
  const std::size_t finished = frame.last ? kBlocks - 1 : 1;
  for (std::size_t i = 0; i < finished; ++i) {
    if (number + i < 2) continue;
    emit(std::span(samples_).subspan(i * kHop, kHop), number + i - 2, blocks, wave);
  }
  std::copy(samples_.begin() + kHop, samples_.end(), carried.sum.begin());
}

/// Leaves the transform of the pulses around the frame in spectrum_. What lies beyond the segment mirrors what is in
/// it.
void Synthesizer::excite(const Frame& frame, Carried& carried) {
  const auto& p = frame.pitches;
  if (frame.noise.frame == 0) {
    carried = {};
    samples_ = {};
    fill_pulses({p[0], p[1], p[2]}, carried.phase, std::span(samples_).subspan<kHalf, kHop>());
  } else {
    std::ranges::copy(carried.pulses, samples_.begin());
  }
  constexpr std::size_t kNext = kWindow - kHop;
  if (!frame.last) {
    fill_pulses({p[1], p[2], p[3]}, carried.phase, std::span(samples_).subspan<kNext, kHop>());
  } else {
    for (std::size_t i = 0; i < kHop; ++i) samples_[kNext + i] = samples_[kNext - 2 - i];
  }
  if (frame.noise.frame == 0) {  // The window's first sample has no weight.
    for (std::size_t i = 1; i < kHalf; ++i) samples_[kHalf - i] = samples_[kHalf + i];
  }
  std::copy(samples_.begin() + kHop, samples_.end(), carried.pulses.begin());
  if (std::ranges::all_of(samples_, [](float x) { return x == 0; })) {
    std::ranges::fill(spectrum_, 0.0F);
    return;
  }
  for (std::size_t i = 0; i < kWindow; ++i) samples_[i] *= window_[i] * kHarmonicScale;
  transform_.forward(samples_, spectrum_);
}

/// Turns spectrum_ into the one of the sound.
void Synthesizer::shape(const Frame& frame) {
  noise_.fill(frame.noise, random_);
  constexpr float kHalfTurn = 0.5F;
  constexpr float kTurnsPerRadian = 0.5F * std::numbers::inv_pi_v<float>;
  const float* const harmonic_gain = frame.spectrum.data();
  const float* const harmonic_turn = harmonic_gain + kBins;
  const float* const noise_gain = harmonic_turn + kBins;
  const float* const own_gain = noise_gain + kBins;
  const float* const own_angle = own_gain + kBins;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const float turn = kHalfTurn * hyperbolic_tangent(harmonic_turn[bin]);
    const float gain = gain_of(harmonic_gain[bin]);
    const float real = gain * cosine_of_turns(turn);
    const float imaginary = gain * sine_of_turns(turn);
    const float noise = gain_of(noise_gain[bin]);
    const float own = gain_of(own_gain[bin]);
    const float angle = own_angle[bin] * kTurnsPerRadian;
    const float pulse_real = spectrum_[bin].real();
    const float pulse_imaginary = spectrum_[bin].imag();
    spectrum_[bin] = {
        pulse_real * real - pulse_imaginary * imaginary + noise * random_[2 * bin] + own * cosine_of_turns(angle),
        pulse_real * imaginary + pulse_imaginary * real + noise * random_[2 * bin + 1] + own * sine_of_turns(angle)};
  }
}

/// Divides a block by the sum of the squares of the windows that were added up there: of the frames from one before it
/// to two after it, as far as there are such.
void Synthesizer::emit(std::span<const float> sum, std::size_t block, std::size_t blocks,
                       std::vector<float>& wave) const {
  constexpr float kLeast = 1e-11F;
  const auto square = [&](std::size_t quarter, std::size_t i) {
    const float w = window_[quarter * kHop + i];
    return w * w;
  };
  for (std::size_t i = 0; i < kHop; ++i) {
    float weight = square(2, i);
    if (block > 0) weight += square(3, i);
    if (block + 1 < blocks) weight += square(1, i);
    if (block + 2 < blocks) weight += square(0, i);
    wave.push_back(sum[i] / std::max(weight, kLeast));
  }
}

}  // namespace antiphon::engine::hibari
