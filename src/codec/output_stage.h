#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "audio/gain.h"
#include "audio/limiter.h"
#include "base/units.h"
#include "codec/error.h"
#include "codec/resampler.h"

namespace antiphon::codec {

/// What one stream's PCM goes through before it is encoded or written: to another sample rate, then to another
/// loudness. Its output depends on the whole of its input and not on how that was cut. As many samples come out as
/// Resampler gives. The limiter is last, so that no sample is clipped whatever the gain. One thread at a time.
class OutputStage {
 public:
  /// Errors: kBadRate, kLibrary.
  [[nodiscard]] static Result<OutputStage> make(base::SampleRate from, base::SampleRate to, audio::Gain gain);

  /// Takes `input` and appends to `out` what it allows; some 20 ms stay behind, and 8 more where there is a gain.
  /// Errors: kLibrary.
  [[nodiscard]] Result<void> push(std::span<const std::int16_t> input, std::vector<std::int16_t>& out);
  /// Appends what stayed behind. Nothing may be pushed afterwards. Errors: kLibrary.
  [[nodiscard]] Result<void> finish(std::vector<std::int16_t>& out);

 private:
  OutputStage(Resampler resampler, audio::Limiter limiter)
      : resampler_(std::move(resampler)), limiter_(std::move(limiter)) {}

  Resampler resampler_;
  audio::Limiter limiter_;
  std::vector<std::int16_t> resampled_;
};

}  // namespace antiphon::codec
