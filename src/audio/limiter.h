#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "audio/gain.h"
#include "base/units.h"

namespace antiphon::audio {

/// The loudest sample that a Limiter gives: 1 dB below full scale, since decoders of lossy formats overshoot.
inline constexpr std::int16_t kCeiling = 29'204;

/// Makes one stream louder or softer by a constant gain, and turns that down around the samples that it would carry
/// beyond kCeiling. It looks ahead 4 to 8 ms: the gain sinks over that time before such a sample, and rises again
/// within some 50 ms after it. Its output depends on the whole of its input and not on how that was cut, and is the
/// same on every machine, since it computes in whole numbers. As many samples come out as went in, each in its place.
/// A gain of 1 passes every sample through untouched and at once. Costs some 0.05 ms per audio-second.
class Limiter {
 public:
  /// `gain` is held to 0 to kMostFactor. `rate` is at most 1 MHz.
  Limiter(Gain gain, base::SampleRate rate);

  /// Takes `pcm` and appends to `out` what it allows; at most 8 ms stay behind.
  void push(std::span<const std::int16_t> pcm, std::vector<std::int16_t>& out);
  /// Appends what stayed behind. Nothing may be pushed afterwards.
  void finish(std::vector<std::int16_t>& out);

  static constexpr double kMostFactor = 256.0;

 private:
  /// A sample that needs a smaller gain than the stream's.
  struct Peak {
    std::uint64_t at = 0;  ///< Number of the sample.
    std::int64_t factor = 0;
  };

  /// Whether no sample within the window needs another gain, and none lately did.
  [[nodiscard]] bool idle() const;
  /// Looks at the next sample. Returns the factor of the sample that lies window - 1 before it.
  [[nodiscard]] std::int64_t advance(std::int16_t sample);
  void push_samples(std::span<const std::int16_t> pcm, std::vector<std::int16_t>& out);

  // Factors are in units of 2^-kFractionBits.
  std::int64_t gain_;
  std::int64_t quiet_;                  ///< Samples of at most this magnitude may have the whole gain.
  std::size_t window_;                  ///< Samples; a power of two.
  std::deque<Peak> peaks_;              ///< Within the window, the factors ascending: the first is the smallest.
  std::vector<std::int64_t> envelope_;  ///< The last `window_` values of `level_`, in a ring.
  std::int64_t level_;                  ///< At most what every sample within the window needs; rises slowly.
  std::int64_t sum_;                    ///< Sum of the envelope.
  std::uint64_t position_ = 0;          ///< Number of the next sample.
  std::vector<std::int16_t> held_;      ///< Samples that were not given yet: fewer than the window between calls.
  bool finished_ = false;
};

}  // namespace antiphon::audio
