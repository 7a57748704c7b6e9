#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.h"

/// Private code points by which text/markup tells the later stages what has no letters. Those that a client sends are
/// dropped where markup is read.
namespace antiphon::text::characters {

inline constexpr char32_t kFirstPause = 0xF0000;
inline constexpr base::Duration kPauseStep = std::chrono::milliseconds(10);
inline constexpr base::Duration kLongestPause = std::chrono::seconds(10);
inline constexpr char32_t kLastPause = kFirstPause + kLongestPause / kPauseStep;
/// They enclose phonemes of the International Phonetic Alphabet, which are said instead of letters.
inline constexpr char32_t kPhonemesBegin = 0xF8000;
inline constexpr char32_t kPhonemesEnd = 0xF8001;

[[nodiscard]] constexpr bool is_pause(char32_t c) { return c >= kFirstPause && c <= kLastPause; }
[[nodiscard]] constexpr bool is_private_sign(char32_t c) { return c >= kFirstPause && c <= kPhonemesEnd; }
/// The sign of a pause of about `length`, clamped to kLongestPause.
[[nodiscard]] constexpr char32_t pause_sign(base::Duration length) {
  const auto clamped = std::clamp(length, base::Duration{}, kLongestPause);
  return kFirstPause + static_cast<char32_t>(clamped / kPauseStep);
}
[[nodiscard]] constexpr base::Duration pause_length(char32_t sign) { return kPauseStep * (sign - kFirstPause); }

}  // namespace antiphon::text::characters
