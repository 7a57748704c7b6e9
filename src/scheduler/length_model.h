#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/time.h"

namespace antiphon::scheduler {

/// How long a voice takes to say a text that is not planned yet: characters times seconds per character, which follows
/// what was planned (mean and mean deviation, EWMA over about ten segments), and a margin, since admission must not
/// promise too much. Where texts differ in kind, emoji beside initials, the margin grows with what they differ by:
/// texts that say little would otherwise have those that say much taken for short.
class LengthModel {
 public:
  /// The least margin, as a multiple of the mean.
  static constexpr double kMargin = 1.2;

  [[nodiscard]] base::Duration expected(std::size_t characters, double speed) const {
    const double each = std::max(mean_ * kMargin, mean_ + kDeviations * deviation_);
    return base::from_seconds(static_cast<double>(characters) * each / speed);
  }

  /// A segment of `characters` became `audio` at `speed`.
  void observe(std::size_t characters, double speed, base::Duration audio) {
    if (characters < kLeastCharacters || audio <= base::Duration::zero()) return;
    const double away = base::to_seconds(audio) * speed / static_cast<double>(characters) - mean_;
    deviation_ += kWeight * (std::abs(away) - deviation_);
    mean_ += kWeight * away;
  }

 private:
  static constexpr double kWeight = 0.1;
  /// As in the retransmission timer of RFC 6298, half as many: a deviation of texts has no tail as that of networks.
  static constexpr double kDeviations = 2;
  /// "42" is two characters and a second of speech: short segments say little about others.
  static constexpr std::size_t kLeastCharacters = 20;

  double mean_ = 0.065;  ///< Seconds of audio per character at speed 1.
  double deviation_ = 0.0;
};

}  // namespace antiphon::scheduler
