#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"

namespace antiphon::delivery {

/// What a text is answered with in which nothing can be spoken: emoji, `...`, or signs that the voice does not know.
enum class Wordless : std::uint8_t {
  kRefused,  ///< The error kNothingToSpeak.
  kEmpty,    ///< Audio without a sample, properly ended.
  kSilence,  ///< A tenth of a second of silence: players and clients take a file without a sample for a fault.
};

/// The samples that stand for such a text, at `rate`; none for kRefused.
[[nodiscard]] inline std::vector<std::int16_t> wordless_audio(Wordless answer, base::SampleRate rate) {
  constexpr std::uint32_t kPartOfSecond = 10;
  return std::vector<std::int16_t>(answer == Wordless::kSilence ? rate.hz / kPartOfSecond : 0);
}

}  // namespace antiphon::delivery
