#pragma once

#include <complex>
#include <memory>
#include <span>

#include "engine/hibari/pulses.h"

namespace antiphon::engine::hibari {

using Spectrum = std::span<std::complex<float>, kBins>;

/// The Fourier transform of a window of real samples and its inverse, by kissfft. One thread at a time.
class Transform {
 public:
  Transform();
  Transform(Transform&&) noexcept;
  Transform& operator=(Transform&&) noexcept;
  ~Transform();

  void forward(std::span<const float, kWindow> samples, Spectrum spectrum);
  /// Undoes forward(), but that the result is kWindow times as large.
  void inverse(std::span<const std::complex<float>, kBins> spectrum, std::span<float, kWindow> samples);

 private:
  struct Plans;
  std::unique_ptr<Plans> plans_;
};

}  // namespace antiphon::engine::hibari
