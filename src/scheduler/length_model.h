#pragma once

#include <cstddef>

#include "base/time.h"

namespace antiphon::scheduler {

/// How long a voice takes to say a text that is not planned yet: characters times seconds per character, which follows
/// what was planned (EWMA over about ten segments), and a margin, since admission must not promise too much.
class LengthModel {
 public:
  static constexpr double kMargin = 1.2;

  [[nodiscard]] base::Duration expected(std::size_t characters, double speed) const {
    return base::from_seconds(static_cast<double>(characters) * seconds_per_character_ / speed * kMargin);
  }

  /// A segment of `characters` became `audio` at `speed`.
  void observe(std::size_t characters, double speed, base::Duration audio) {
    if (characters < kLeastCharacters || audio <= base::Duration::zero()) return;
    const double seen = base::to_seconds(audio) * speed / static_cast<double>(characters);
    seconds_per_character_ += kWeight * (seen - seconds_per_character_);
  }

 private:
  static constexpr double kWeight = 0.1;
  /// "42" is two characters and a second of speech: short segments say little about others.
  static constexpr std::size_t kLeastCharacters = 20;

  double seconds_per_character_ = 0.065;
};

}  // namespace antiphon::scheduler
