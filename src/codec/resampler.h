#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/units.h"
#include "codec/error.h"

namespace antiphon::codec {

inline constexpr base::SampleRate kLeastRate{4'000};
inline constexpr base::SampleRate kMostRate{384'000};

/// Errors: kBadRate where it is not kLeastRate to kMostRate.
[[nodiscard]] Result<void> check_rate(base::SampleRate rate);

/// Changes the sample rate of one stream. Its output depends on the whole of its input and not on how that was cut:
/// it is fed in blocks of a fixed size, without dither. n samples in give round(n * to / from) out, in place. Equal
/// rates pass the samples through untouched. One thread at a time.
class Resampler {
 public:
  /// Errors: kBadRate, kLibrary.
  [[nodiscard]] static Result<Resampler> make(base::SampleRate from, base::SampleRate to);
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;
  ~Resampler();

  /// Takes `input` and appends to `out` what it allows; some 20 ms stay behind. Errors: kLibrary.
  [[nodiscard]] Result<void> push(std::span<const std::int16_t> input, std::vector<std::int16_t>& out);
  /// Appends what stayed behind. Nothing may be pushed afterwards. Errors: kLibrary.
  [[nodiscard]] Result<void> finish(std::vector<std::int16_t>& out);

 private:
  class Impl;
  explicit Resampler(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace antiphon::codec
